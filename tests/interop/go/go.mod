module watchtower.example/interop

go 1.19

require golang.org/x/mod v0.0.0
