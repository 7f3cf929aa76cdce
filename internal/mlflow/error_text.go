package mlflow

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMessage is the greatest number of characters of a foreign body that an error repeats.
const maxMessage = 300

var (
	// unseen is what a browser would not show: HTML's head apart from its title, scripts, styles, comments.
	unseen = regexp.MustCompile(`(?is)<!--.*?-->|<script\b.*?(?:</script>|$)|<style\b.*?(?:</style>|$)`)
	tags   = regexp.MustCompile(`(?s)</?[a-zA-Z!][^>]*>`)
)

// readable makes one short line of a body that is not MLflow's JSON, or names the status if it is empty.
func readable(response *http.Response, body []byte) string {
	if text := otherJSON(body); text != "" {
		return shorten(text)
	}
	// A page can be long: what comes after the first part never gets into the line anyway.
	text := string(body[:min(len(body), 64<<10)])
	text = strings.ToValidUTF8(text, "�")
	if strings.Contains(response.Header.Get("Content-Type"), "html") || strings.Contains(text, "</") {
		text = html.UnescapeString(tags.ReplaceAllString(unseen.ReplaceAllString(text, " "), " "))
	}
	if text = shorten(text); text == "" {
		return fmt.Sprintf("%s without a text", statusText(response.StatusCode))
	}
	return text
}

// otherJSON returns the message of an error object of another make, such as FastAPI's {"detail": …}.
func otherJSON(body []byte) string {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	for _, key := range []string{"message", "detail", "error_description", "error"} {
		if text, ok := fields[key].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// shorten returns text in one line of at most maxMessage characters.
func shorten(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= maxMessage {
		return text
	}
	return string([]rune(text)[:maxMessage]) + "…"
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return fmt.Sprintf("status %d", status)
}
