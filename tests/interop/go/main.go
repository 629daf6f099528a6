// Verifies what a ledger prints as a transparency log with golang.org/x/mod/sumdb, which knows nothing of it.
//
// Usage: interop VKEY LEDGER_DIR PROOF SEQ HASH, where PROOF is a file with the output of `wt prove SEQ` and
// HASH the entry's hash in hex. Checks the note, the inclusion proof, and the root over all leaves of the segments.
//
// Usage: interop tiles LEDGER_DIR SIZE. Makes tiles and entry bundles anew from the segments and compares them.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

func main() {
	if os.Args[1] == "tiles" {
		size, err := strconv.ParseInt(os.Args[3], 10, 64)
		check(err)
		tiles(os.Args[2], size)
		return
	}
	vkey, dir, proofFile, seqText, entryHash := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	verifier, err := note.NewVerifier(vkey)
	check(err)
	text, err := os.ReadFile(proofFile)
	check(err)
	head, signed, found := strings.Cut(string(text), "\n\n")
	if !found {
		check(fmt.Errorf("proof has no checkpoint"))
	}
	lines := strings.Split(head, "\n")
	seq, err := strconv.ParseInt(seqText, 10, 64)
	check(err)
	if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", seq-1) {
		check(fmt.Errorf("not a proof of entry %d", seq))
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	check(err)
	fields := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(fields[1], 10, 64)
	check(err)
	rootBytes, err := base64.StdEncoding.DecodeString(fields[2])
	check(err)
	var root tlog.Hash
	copy(root[:], rootBytes)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		bytes, err := base64.StdEncoding.DecodeString(line)
		check(err)
		var hash tlog.Hash
		copy(hash[:], bytes)
		proof = append(proof, hash)
	}
	record, err := hex.DecodeString(entryHash)
	check(err)
	check(tlog.CheckRecord(proof, size, root, seq-1, tlog.RecordHash(record)))

	// The same root from the segments themselves.
	names, err := filepath.Glob(filepath.Join(dir, "ledger-*.jsonl"))
	check(err)
	sort.Strings(names)
	var stored hashes
	var count int64
	for _, name := range names {
		file, err := os.Open(name)
		check(err)
		scanner := bufio.NewScanner(file)
		scanner.Buffer(nil, 2<<20)
		for scanner.Scan() && count < size {
			var entry struct {
				Seq  int64  `json:"seq"`
				Hash string `json:"hash"`
			}
			check(json.Unmarshal(scanner.Bytes(), &entry))
			bytes, err := hex.DecodeString(entry.Hash)
			check(err)
			more, err := tlog.StoredHashes(count, bytes, stored)
			check(err)
			stored = append(stored, more...)
			count++
		}
		file.Close()
	}
	computed, err := tlog.TreeHash(size, stored)
	check(err)
	if computed != root {
		check(fmt.Errorf("root over the segments differs from the signed one"))
	}
	fmt.Printf("entry %d of %d is under the signed root\n", seq, size)
}
