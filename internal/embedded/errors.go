package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// code is an error_code of MLflow's REST API.
type code string

const (
	codeBadRequest       code = "BAD_REQUEST"
	codeInternal         code = "INTERNAL_ERROR"
	codeInvalidParameter code = "INVALID_PARAMETER_VALUE"
	codeAlreadyExists    code = "RESOURCE_ALREADY_EXISTS"
	codeDoesNotExist     code = "RESOURCE_DOES_NOT_EXIST"
	codeUnavailable      code = "TEMPORARILY_UNAVAILABLE"
)

// classification is what MLflow sends along with an error_code (its error_classification.py).
type classification struct {
	status   int
	sqlState string
	class    string
}

var classifications = map[code]classification{
	codeBadRequest:       {http.StatusBadRequest, "KAM00", "INVALID_PARAMETER_VALUE"},
	codeInternal:         {http.StatusInternalServerError, "XXM00", "CLIENT_INTERNAL_ERROR"},
	codeInvalidParameter: {http.StatusBadRequest, "KAM00", "INVALID_PARAMETER_VALUE"},
	codeAlreadyExists:    {http.StatusBadRequest, "KAM00", "RESOURCE_ALREADY_EXISTS"},
	codeDoesNotExist:     {http.StatusNotFound, "KAM00", "RESOURCE_NOT_FOUND"},
	codeUnavailable:      {http.StatusServiceUnavailable, "XXM00", "CLIENT_INTERNAL_ERROR"},
}

// apiError is an error answered as JSON with an error_code.
type apiError struct {
	code    code
	message string
}

func (e *apiError) Error() string { return string(e.code) + ": " + e.message }

func apiErrorf(code code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

func invalidf(format string, args ...any) error {
	return apiErrorf(codeInvalidParameter, format, args...)
}

// errPage is answered with the HTML page of a 500, as MLflow does where its handlers raise anything but an
// MlflowException.
var errPage = errors.New("internal server error page")

// writeError answers with err: an apiError as it is, anything else as an INTERNAL_ERROR of the registry.
func writeError(w http.ResponseWriter, err error) {
	if errors.Is(err, errPage) {
		writePage(w, http.StatusInternalServerError)
		return
	}
	var api *apiError
	if !errors.As(err, &api) {
		api = &apiError{code: codeInternal, message: storageMessage(err)}
	}
	message := api.message
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	class := classifications[api.code]
	writeJSON(w, class.status, struct {
		Code     code   `json:"error_code"`
		Message  string `json:"message"`
		SQLState string `json:"sqlstate"`
		Class    string `json:"error_class"`
	}{api.code, message, class.sqlState, class.class})
}

// writeJSON answers with a JSON document. Characters such as < are sent as they are, as MLflow does.
func writeJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	// The status is out; a client that went away is all that can fail here.
	_ = encoder.Encode(document)
}
