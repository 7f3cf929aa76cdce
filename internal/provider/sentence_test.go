package provider

import "testing"

// A text becomes a sentence, whatever its first letter is.
func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"élan: déjà vu": "Élan: déjà vu.", " no answer\n": "No answer.", "who?": "Who?", "ßa": "ßa.", "日本": "日本.", "": "", "\xff": "\xff.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
