package embedded

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// jsonWriter writes a JSON document as MLflow does, indented by two blanks. It is for lists of versions, for which
// encoding/json takes longer than the database.
type jsonWriter struct {
	out   []byte
	depth int
	first bool // nothing was written yet in the object or list
}

func (w *jsonWriter) open(bracket byte) {
	w.out = append(w.out, bracket)
	w.depth++
	w.first = true
}

func (w *jsonWriter) close(bracket byte) {
	w.depth--
	w.line()
	w.out = append(w.out, bracket)
	w.first = false
}

func (w *jsonWriter) line() {
	w.out = append(w.out, '\n')
	for range w.depth {
		w.out = append(w.out, "  "...)
	}
}

// next starts the next member of an object or list.
func (w *jsonWriter) next() {
	if !w.first {
		w.out = append(w.out, ',')
	}
	w.first = false
	w.line()
}

// key starts a member of an object; its name needs no escapes.
func (w *jsonWriter) key(name string) {
	w.next()
	w.out = append(w.out, '"')
	w.out = append(w.out, name...)
	w.out = append(w.out, `": `...)
}

// text writes a string with the escapes of encoding/json.
func (w *jsonWriter) text(value string) {
	for i := range len(value) {
		if char := value[i]; char < ' ' || char >= utf8.RuneSelf || char == '"' || char == '\\' || char == 0x7f {
			w.out = append(w.out, escaped(value)...)
			return
		}
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, value...)
	w.out = append(w.out, '"')
}

func escaped(value string) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a string is always encoded
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

func (w *jsonWriter) integer(value int64) { w.out = strconv.AppendInt(w.out, value, 10) }

func (w *jsonWriter) member(name, value string) {
	w.key(name)
	w.text(value)
}

// optional leaves out what is nil.
func (w *jsonWriter) optional(name string, value *string) {
	if value != nil {
		w.member(name, *value)
	}
}

func (v *versionMessage) write(w *jsonWriter) {
	w.open('{')
	w.member("name", v.Name)
	w.member("version", v.Version)
	w.key("creation_timestamp")
	w.integer(v.CreationTime)
	if v.LastUpdatedTime != nil {
		w.key("last_updated_timestamp")
		w.integer(*v.LastUpdatedTime)
	}
	w.optional("user_id", v.UserID)
	w.member("current_stage", v.Stage)
	w.optional("description", v.Description)
	w.optional("source", v.Source)
	w.optional("run_id", v.RunID)
	w.member("status", v.Status)
	if v.StatusMessage != "" {
		w.member("status_message", v.StatusMessage)
	}
	if len(v.Tags) > 0 {
		w.key("tags")
		w.open('[')
		for _, each := range v.Tags {
			w.next()
			w.open('{')
			w.member("key", each.Key)
			w.member("value", each.Value)
			w.close('}')
		}
		w.close(']')
	}
	w.optional("run_link", v.RunLink)
	if len(v.Aliases) > 0 {
		w.key("aliases")
		w.open('[')
		for _, alias := range v.Aliases {
			w.next()
			w.text(alias)
		}
		w.close(']')
	}
	w.close('}')
}
