package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

const played = `go build
=== 1. First

$ terraform apply
ok  in the registry: <1> & "2"

=== 2. Second
      + "1",

All 2 checks passed in 5 s.
`

func TestSectionsAreCutOut(t *testing.T) {
	lines, err := sections(strings.NewReader(played), 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"=== 2. Second", `      + "1",`, "", "All 2 checks passed in 5 s."}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", lines, want)
	}
}

func TestAFailedDemoMakesNoPicture(t *testing.T) {
	failed := strings.Replace(played, "All 2 checks passed in 5 s.", "demo: exit status 1", 1)
	if _, err := sections(strings.NewReader(failed), 1, 2); err == nil {
		t.Error("a demo that failed was drawn")
	}
	if _, err := sections(strings.NewReader(played), 7, 8); err == nil {
		t.Error("sections that are not there were drawn")
	}
}

// shownTexts reads a picture as XML, so that what is not well-formed fails.
func shownTexts(t *testing.T, picture io.Reader) []string {
	t.Helper()
	var texts []string
	decoder := xml.NewDecoder(picture)
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		}
	}
}

func TestThePictureShowsEveryLine(t *testing.T) {
	var svg strings.Builder
	if err := run(strings.NewReader(played), &svg, 1, 2); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(shownTexts(t, strings.NewReader(svg.String())), "\n")
	want := "=== 1. First\n$ terraform apply\nok  in the registry: <1> & \"2\"\n=== 2. Second\n      + \"1\",\nAll 2 checks passed in 5 s."
	if got != want {
		t.Errorf("the picture shows\n%s\nwant\n%s", got, want)
	}
}

// The picture in the README is one of a demo that passed, and shows the promotion.
func TestThePictureOfTheReadme(t *testing.T) {
	file, err := os.Open("demo.svg")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	texts := strings.Join(shownTexts(t, file), "\n")
	for _, want := range []string{"checks passed", `+ from_stage                = "Staging"`, "No changes."} {
		if !strings.Contains(texts, want) {
			t.Errorf("demo.svg does not show %q", want)
		}
	}
}
