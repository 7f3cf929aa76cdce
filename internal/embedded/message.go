package embedded

// kind is the type of a field of a request (the protobuf types of MLflow's model_registry.proto).
type kind int

const (
	stringField kind = iota
	integerField
	boolField
	stringsField
	tagsField
)

// field is one field of a request.
type field struct {
	name     string // as MLflow writes it, such as run_id
	jsonName string // the camel-case spelling that protobuf accepts as well, such as runId
	kind     kind
	// checks are what MLflow's handler asks of the field, in its order. A field without any isn't looked at.
	checks []check
}

func (f field) repeated() bool { return f.kind == stringsField || f.kind == tagsField }

// tag is a key and a value on a registered model or a model version.
type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// message is a request that has been read.
type message struct {
	strings  map[string]string
	integers map[string]int64
	flags    map[string]bool
	lists    map[string][]string
	tags     []tag
}

func newMessage() *message {
	return &message{
		strings: map[string]string{}, integers: map[string]int64{}, flags: map[string]bool{}, lists: map[string][]string{},
	}
}

// has reports whether a text field was given at all, be it empty.
func (m *message) has(name string) bool {
	_, ok := m.strings[name]
	return ok
}

// text returns a text field, empty if it was not given.
func (m *message) text(name string) string { return m.strings[name] }

// optional returns a text field, nil if it was not given.
func (m *message) optional(name string) *string {
	text, ok := m.strings[name]
	if !ok {
		return nil
	}
	return &text
}

// uniqueTags returns the tags with each key once: in the place of its first mention, with its last value.
func (m *message) uniqueTags() []tag {
	var unique []tag
	at := map[string]int{}
	for _, given := range m.tags {
		if index, ok := at[given.Key]; ok {
			unique[index].Value = given.Value
			continue
		}
		at[given.Key] = len(unique)
		unique = append(unique, given)
	}
	return unique
}
