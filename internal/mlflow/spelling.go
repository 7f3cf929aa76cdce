package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// sameName compares the name of a model that a server answers with the one it was asked for. MySQL, MariaDB and SQL Server take names
// for the same that differ in letter case, accents or blanks at the end, unless told otherwise, and some registries keep names in
// lower case: what was asked for by one name would change an object of another.
func sameName(current *call, asked, answered string) error {
	if asked == answered {
		return nil
	}
	return &registry.Error{
		Kind: registry.ErrOtherSpelling, Status: http.StatusOK, Operation: current.operation(),
		Message: fmt.Sprintf("the registry writes the name of this model %q, and not %q, which it takes for the same", answered, asked),
	}
}

// inOtherForm looks for a model under the decomposed form of its name (NFD), as macOS writes letters with accents, where there is none
// under the name itself: Terraform composes all its texts (NFC), so that the two look the same and cannot be told apart there. err is
// returned if there is none.
func (c *Client) inOtherForm(ctx context.Context, name string, err error) error {
	decomposed := norm.NFD.String(name)
	if !errors.Is(err, registry.ErrNotFound) || decomposed == name {
		return err
	}
	current := &call{method: http.MethodGet, endpoint: "registered-models/get", repetition: read}
	if c.do(ctx, current, url.Values{"name": {decomposed}}, nil, &modelAnswer{}) != nil {
		return err
	}
	return &registry.Error{
		Kind: registry.ErrOtherSpelling, Status: http.StatusOK, Operation: current.operation(),
		Message: fmt.Sprintf("the registry has a model whose name is %q with decomposed letters (Unicode NFD: a letter, and its accent as a character "+
			"of its own), and Terraform writes all texts with composed ones (NFC)", name),
	}
}

// FoldsSpelling reports whether the registry takes texts for the same that differ in letter case: it asks for a model that exists by
// its name in other letters. A name without letters tells nothing, and counts as no. What a registry does with names, it does with
// aliases and the keys of tags.
func (c *Client) FoldsSpelling(ctx context.Context, model string) (bool, error) {
	other := strings.Map(func(char rune) rune {
		if lower := unicode.ToLower(char); lower != char {
			return lower
		}
		return unicode.ToUpper(char)
	}, model)
	if other == model {
		return false, nil
	}
	_, err := c.Model(ctx, other)
	switch {
	case errors.Is(err, registry.ErrOtherSpelling):
		return true, nil
	case err == nil, errors.Is(err, registry.ErrNotFound): // Another model of that name exists, or none does.
		return false, nil
	}
	return false, err
}
