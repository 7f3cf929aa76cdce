package provider

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// importedKey marks in the private state an object that was imported and not read since. The first read then shows
// description and tags, and notes that nothing has declared them.
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

// importKey is what an import names beside the model: a version, a stage, an alias.
type importKey struct {
	// attribute is its name in the state and in the identity; in capitals it stands for it in the form of an ID.
	attribute string
	// example is one, for messages.
	example string
	// check says what is wrong with one.
	check func(text string) error
}

// read returns the model and the key that an import names: by an ID of the form MODEL/KEY, taken apart at its last slash
// (names of models hold none), or by an identity.
func (k importKey) read(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (model, key string) {
	if req.ID == "" {
		model = identityAttribute(ctx, req, "model_name", registry.ValidateModelName, diags)
		return model, identityAttribute(ctx, req, k.attribute, k.check, diags)
	}
	form := fmt.Sprintf("%q is not of the form MODEL/%s, such as fraud/%s.", req.ID, strings.ToUpper(k.attribute), k.example)
	slash := strings.LastIndex(req.ID, "/")
	if slash < 0 {
		diags.AddError("Invalid import ID", form)
		return "", ""
	}
	model, key = req.ID[:slash], req.ID[slash+1:]
	if err := errors.Join(registry.ValidateModelName(model), k.check(key)); err != nil {
		diags.AddError("Invalid import ID", form+" "+explain(err))
	}
	return model, key
}

// identityAttribute returns one attribute of the identity of an import block.
func identityAttribute(
	ctx context.Context, req resource.ImportStateRequest, attribute string, check func(string) error, diags *diag.Diagnostics,
) string {
	var text types.String
	diags.Append(req.Identity.GetAttribute(ctx, path.Root(attribute), &text)...)
	if err := check(text.ValueString()); err != nil {
		diags.AddAttributeError(path.Root(attribute), "Invalid import identity", fmt.Sprintf("%s is not right. %s", attribute, explain(err)))
	}
	return text.ValueString()
}

// nothingToImport adds the error for an import of what the registry does not have.
func nothingToImport(object string, diags *diag.Diagnostics) {
	diags.AddError("Unable to import "+object, "The registry has no "+object+". Check the ID or the identity, and which registry and workspace the "+
		"provider uses. Names are case-sensitive.")
}

// importAdvice tells how to take over an object that exists already: by a command, or by a block in the configuration.
func importAdvice(typ, id string) string {
	escaped := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(id))
	return fmt.Sprintf("To manage it here, import it:\n\n  terraform import %[1]s.<name> %[2]s\n\n"+
		"or let the next plan show the import, with this in the configuration:\n\n"+
		"  import {\n    to = %[1]s.<name>\n    id = %[3]s\n  }\n\n"+
		"If a block of this configuration had it under another name, a moved block keeps it; if its resource is tainted, terraform untaint does.", typ, shellWord(id), escaped)
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
