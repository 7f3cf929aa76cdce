package mlflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// page is one answer of a search.
type page interface {
	answer
	// next returns the token of the page after it; empty when there is none.
	next() string
}

// listing is a search, page by page.
type listing struct {
	endpoint string
	// wanted is what the caller asks for.
	wanted url.Values
	// tuning is what this package adds to make it fast and steady. A server with a smaller limit or other words for an order
	// refuses the first page for it: then the server's own defaults do.
	tuning url.Values
}

// Bounds of a list, beyond which its server never ends it. Registries that leave out what the caller may not read send pages that are
// empty; MLflow's own searches do not.
const (
	// maxIdlePages is how many pages in a row may bring nothing new.
	maxIdlePages = 50
	// maxPages is how many pages a list may have: 200,000 entries by MLflow's default of a hundred, ten times as many as here.
	maxPages = 2000
	// thinPages is from how many pages on a list must have brought thinEntries a page on average: a server that sends a few at a
	// time, and was asked for a hundred or more, does not end.
	thinPages, thinEntries = 100, 10
	// maxListed is how many entries a list may have: two of MLflow's largest pages.
	maxListed = 400_000
)

// pages asks for one page after the other and hands each to use, which returns how many entries were new and whether to go on.
func pages[P page](ctx context.Context, c *Client, list listing, empty func() P, use func(P) (fresh int, more bool)) error {
	query := maps.Clone(list.wanted)
	maps.Copy(query, list.tuning)
	current := empty()
	err := c.get(ctx, list.endpoint, query, current)
	if errors.Is(err, registry.ErrInvalid) && len(list.tuning) > 0 {
		plain := empty()
		if c.get(ctx, list.endpoint, list.wanted, plain) == nil {
			current, query, err = plain, maps.Clone(list.wanted), nil
		}
	}
	tokens, idle, listed := map[string]bool{}, 0, 0
	for err == nil {
		fresh, more := use(current)
		token := current.next()
		if !more || token == "" {
			return nil
		}
		listed += fresh
		if idle++; fresh > 0 {
			idle = 0
		}
		switch {
		case tokens[token]:
			return endlessList(list, fmt.Sprintf("the same page token came twice after %d pages", len(tokens)))
		case idle == maxIdlePages:
			return endlessList(list, fmt.Sprintf("%d pages in a row brought nothing new, and each named a next one", idle))
		case len(tokens) >= thinPages && listed < thinEntries*len(tokens):
			return endlessList(list, fmt.Sprintf("%d pages brought %d entries, and each named a next one", len(tokens)+1, listed))
		case len(tokens) == maxPages || listed >= maxListed:
			return endlessList(list, fmt.Sprintf("the list has %d entries on %d pages, and names a next one", listed, len(tokens)+1))
		}
		tokens[token] = true
		query.Set("page_token", token)
		current = empty()
		err = c.get(ctx, list.endpoint, query, current)
	}
	return err
}

// endlessList is the error for a list whose server does not end it.
func endlessList(list listing, message string) error {
	return &registry.Error{
		Kind: registry.ErrNotMLflow, Status: http.StatusOK, Operation: "GET " + list.endpoint, Message: message, Fault: registry.FaultEndless,
	}
}

// newListing returns the listing of a search: by the caller's order, or else by ours, with the caller's size of a page, or
// else the most that the endpoint gives.
func newListing(endpoint string, search registry.Search, most int, ours ...string) listing {
	list := listing{endpoint: endpoint, wanted: url.Values{}, tuning: url.Values{}}
	if filter := searchFilter(search); filter != "" {
		list.wanted.Set("filter", filter)
	}
	size := most
	if search.PageSize > 0 {
		size = min(search.PageSize, most)
	}
	list.tuning.Set("max_results", strconv.Itoa(size))
	if len(search.OrderBy) > 0 {
		list.wanted["order_by"] = search.OrderBy
	} else {
		list.tuning["order_by"] = ours
	}
	return list
}

// results is one page of a search for models or versions.
type results[T any] interface {
	page
	// all goes through what the page lists.
	all() iter.Seq[T]
}

// search yields what a listing finds, page by page. identify returns what tells one from another, and whether it was asked for at
// all: what comes twice, because something changed between two pages, is left out, and so is what the server matches
// beyond the search.
func search[T any, K comparable](
	ctx context.Context, c *Client, list listing, empty func() results[T], identify func(T) (K, bool),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := map[K]bool{}
		err := pages(ctx, c, list, empty, func(page results[T]) (fresh int, more bool) {
			for one := range page.all() {
				key, wanted := identify(one)
				if seen[key] {
					continue
				}
				seen[key] = true
				fresh++
				if wanted && !yield(one, nil) {
					return fresh, false
				}
			}
			return fresh, true
		})
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// onlyFields says whether an answer that lists nothing is a page at all: MLflow leaves out what is empty, so that it is {}.
func onlyFields(body []byte, list string) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return err
	}
	delete(fields, list)
	delete(fields, "next_page_token")
	if len(fields) > 0 {
		return fmt.Errorf("the answer has no %q", list)
	}
	return nil
}
