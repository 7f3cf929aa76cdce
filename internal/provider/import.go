package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// importedKey marks in the private state an object that was imported and not read since. The first read then takes over
// description and tags, which later reads show only if they are declared.
const importedKey = "imported"

// privateReader and privateWriter are what the framework's private state offers.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func markImported(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, importedKey, []byte("true"))...)
}

// takeImported reports whether the object was just imported, and clears the mark.
func takeImported(ctx context.Context, before privateReader, after privateWriter, diags *diag.Diagnostics) bool {
	mark, more := before.GetKey(ctx, importedKey)
	diags.Append(more...)
	if string(mark) != "true" {
		return false
	}
	diags.Append(after.SetKey(ctx, importedKey, []byte("false"))...)
	return true
}

// splitImportID takes an import ID of the form MODEL/rest apart at its last slash; names of models hold none. check looks at
// the rest; what names it, and example is one.
func splitImportID(id, what, example string, check func(rest string) error, diags *diag.Diagnostics) (model, rest string) {
	form := fmt.Sprintf("%q is not of the form MODEL/%s, such as fraud/%s.", id, what, example)
	slash := strings.LastIndex(id, "/")
	if slash < 0 {
		diags.AddError("Invalid import ID", form)
		return "", ""
	}
	model, rest = id[:slash], id[slash+1:]
	if err := errors.Join(registry.ValidateModelName(model), check(rest)); err != nil {
		diags.AddError("Invalid import ID", form+" "+explain(err))
	}
	return model, rest
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(word string) string {
	plain := strings.IndexFunc(word, func(char rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./", char)
	}) < 0
	if plain && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
