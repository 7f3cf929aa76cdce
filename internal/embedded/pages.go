package embedded

import (
	"fmt"
	"net/http"
)

// pageTexts are what Flask, MLflow's web framework, says on the page of a status.
var pageTexts = map[int]string{
	http.StatusNotFound: "The requested URL was not found on the server. If you entered the URL manually please " +
		"check your spelling and try again.",
	http.StatusMethodNotAllowed: "The method is not allowed for the requested URL.",
	http.StatusInternalServerError: "The server encountered an internal error and was unable to complete your " +
		"request. Either the server is overloaded or there is an error in the application.",
}

// writePage answers with the HTML page that MLflow's web framework sends for a status.
func writePage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	name := http.StatusText(status)
	// The status is out; a client that went away is all that can fail here.
	_, _ = fmt.Fprintf(w, "<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n<h1>%s</h1>\n<p>%s</p>\n",
		status, name, name, pageTexts[status])
}
