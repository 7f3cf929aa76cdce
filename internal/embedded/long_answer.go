package embedded

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// pieceSize is about how many bytes of a long answer are kept together. A piece is let go of when it is sent.
const pieceSize = 256 << 10

// longAnswer collects a list with the token of its next page. It takes as much memory as the answer is long, and one element.
type longAnswer struct {
	json   jsonWriter
	list   string // the name of the list
	begun  bool
	pieces [][]byte
	size   int // of the pieces in bytes
	// mayGrow is asked when the answer turns out to be large; nil for no bound.
	mayGrow func() bool
}

func newLongAnswer(list string, mayGrow func() bool) *longAnswer {
	return &longAnswer{list: list, mayGrow: mayGrow}
}

// next begins an element, which is then to be written to json.
func (a *longAnswer) next() error {
	if !a.begun {
		a.begun = true
		a.json.open('{')
		a.json.key(a.list)
		a.json.open('[')
	}
	if len(a.json.out) >= pieceSize {
		a.cut()
	}
	if a.mayGrow != nil && a.size+len(a.json.out) > smallAnswer {
		if !a.mayGrow() {
			return errLarge
		}
		a.mayGrow = nil
	}
	a.json.next()
	return nil
}

// cut ends a piece.
func (a *longAnswer) cut() {
	a.pieces = append(a.pieces, a.json.out)
	a.size += len(a.json.out)
	a.json.out = make([]byte, 0, pieceSize+pieceSize/8)
}

// end ends the answer. token is empty for the last page.
func (a *longAnswer) end(token string) {
	switch {
	case a.begun:
		a.json.close(']')
	case token != "":
		a.json.open('{')
	default:
		a.json.out = append(a.json.out, "{}\n"...)
		a.cut()
		return
	}
	if token != "" {
		a.json.member("next_page_token", token)
	}
	a.json.close('}')
	a.json.out = append(a.json.out, '\n')
	a.cut()
}

// element writes an element of the list that encoding/json knows.
func (a *longAnswer) element(value any) error {
	if err := a.next(); err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("    ", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	a.json.out = append(a.json.out, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
	return nil
}

// pieceWriter takes pieces over without a copy.
type pieceWriter interface{ writePiece(piece []byte) }

// send sends the answer. Each piece that was sent is let go of.
func (a *longAnswer) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	for i, piece := range a.pieces {
		a.pieces[i] = nil
		if into, ok := w.(pieceWriter); ok {
			into.writePiece(piece)
			continue
		}
		if _, err := w.Write(piece); err != nil {
			return // The status is out, and the client went away.
		}
	}
}
