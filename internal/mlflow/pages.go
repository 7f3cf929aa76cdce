package mlflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"

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

// pages asks for one page after the other and hands each to use, until that returns false or there are no more.
func pages[P page](ctx context.Context, c *Client, list listing, empty func() P, use func(P) bool) error {
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
	for tokens := map[string]bool{}; err == nil; {
		token := current.next()
		if !use(current) || token == "" {
			return nil
		}
		if tokens[token] {
			return &registry.Error{
				Kind: registry.ErrNotMLflow, Status: 200, Operation: "GET " + list.endpoint,
				Message: fmt.Sprintf("the same page token came twice after %d pages", len(tokens)),
			}
		}
		tokens[token] = true
		query.Set("page_token", token)
		current = empty()
		err = c.get(ctx, list.endpoint, query, current)
	}
	return err
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

// orderOr returns the order that the caller asks for as part of what is wanted, or ours as tuning.
func (l *listing) orderOr(given []string, ours ...string) {
	if len(given) > 0 {
		l.wanted["order_by"] = given
		return
	}
	l.tuning["order_by"] = ours
}
