package mlflow

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
)

// errorBody is what the JSON of an error says, MLflow's own and others'.
type errorBody struct {
	// code is MLflow's error_code; empty where the answer has none that means anything to a client of MLflow.
	code string
	// message is the text; empty where there is none.
	message string
}

// codeShape is what error codes look like. What else stands in their place is a text of the server's, and not shown as a code.
var codeShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)

// maxErrorBody bounds the JSON of an error that is read at all: nobody reads more, and an error may be of any length.
const maxErrorBody = 1 << 20

// readErrorBody reads {"error_code": …, "message": …} as MLflow writes it; {"error": {"code": …, "message": …}} with the code that
// MLflow would write in it or in an innerError, as registries of another make do (Azure); and the message of other forms, such as
// FastAPI's {"detail": …}.
func readErrorBody(body []byte) errorBody {
	var found errorBody
	var fields map[string]json.RawMessage
	if len(body) > maxErrorBody || json.Unmarshal(body, &fields) != nil {
		return found
	}
	if found.code = textOf(fields["error_code"]); !codeShape.MatchString(found.code) {
		found.code = ""
	}
	for _, name := range []string{"message", "detail", "error_description", "error"} {
		if found.message == "" {
			found.message = textOf(fields[name])
		}
	}
	var inner struct {
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
		// Azure writes innererror in its guidelines, and innerError in its machine-learning service. encoding/json takes either.
		Inner json.RawMessage `json:"innererror"`
	}
	for next := fields["error"]; found.code == "" && json.Unmarshal(next, &inner) == nil; {
		if code := textOf(inner.Code); kindByCode[code] != nil {
			found.code = code
		}
		if found.message == "" {
			found.message = textOf(inner.Message)
		}
		next, inner.Inner, inner.Code = inner.Inner, nil, nil
	}
	return found
}

// textOf returns a JSON value as a text; empty for anything else.
func textOf(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return ""
	}
	return text
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return fmt.Sprintf("status %d", status)
}
