package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tilesOf lists the tiles of a tree of this size: full ones, and on each level at most one that is not.
func tilesOf(size int64) (all []tlog.Tile) {
	for level, count := 0, size; count > 0; level, count = level+1, count>>8 {
		for n := int64(0); n*256 < count; n++ {
			all = append(all, tlog.Tile{H: 8, L: level, N: n, W: width(count - n*256)})
		}
	}
	return all
}

func width(left int64) int {
	if left > 256 {
		return 256
	}
	return int(left)
}

// tiles makes every file below `tlog/tile` of a tree of `size` entries anew from the segments, by sumdb's tile
// arithmetic, and compares: same bytes, none missing, none left over.
func tiles(dir string, size int64) {
	var stored hashes
	var records [][]byte
	names, err := filepath.Glob(filepath.Join(dir, "ledger-*.jsonl"))
	check(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		check(err)
		for _, line := range bytes.SplitAfter(text, []byte("\n")) {
			if len(line) == 0 || int64(len(records)) == size {
				continue
			}
			var entry struct {
				Hash string `json:"hash"`
			}
			check(json.Unmarshal(line, &entry))
			record, err := hex.DecodeString(entry.Hash)
			check(err)
			more, err := tlog.StoredHashes(int64(len(records)), record, stored)
			check(err)
			stored = append(stored, more...)
			records = append(records, record)
		}
	}
	want := map[string][]byte{}
	for _, tile := range tilesOf(size) {
		data, err := tlog.ReadTileData(tile, stored)
		check(err)
		want[strings.Replace(tile.Path(), "tile/8/", "tile/", 1)] = data
		if tile.L == 0 {
			// Its entries: sumdb calls level -1 `data`, the specification `entries`.
			var bundle []byte
			for i := tile.N * 256; i < tile.N*256+int64(tile.W); i++ {
				bundle = append(append(bundle, 0, byte(len(records[i]))), records[i]...)
			}
			tile.L = -1
			want[strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)] = bundle
		}
	}
	root := filepath.Join(dir, "tlog")
	check(filepath.WalkDir(filepath.Join(root, "tile"), func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		check(err)
		data, err := os.ReadFile(path)
		check(err)
		if other, known := want[name]; !known || !bytes.Equal(other, data) {
			return fmt.Errorf("%s differs, or nothing calls for it", name)
		}
		delete(want, name)
		return nil
	}))
	if len(want) > 0 {
		check(fmt.Errorf("%d files are missing", len(want)))
	}
	fmt.Printf("tiles and bundles of %d entries are the same\n", size)
}
