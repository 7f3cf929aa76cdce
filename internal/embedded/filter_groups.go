package embedded

// The groups are built in sqlparse's order: brackets, parentheses, identifiers, their sort order, arithmetic,
// comparisons, aliases, lists. A filter that MLflow refuses is thus refused for the same piece of it.

// grouper groups the tokens of a filter.
type grouper struct {
	text string // the filter
	// steps counts tokens that were looked at or moved.
	steps int
}

// group makes one token of several that stand next to each other.
func (g *grouper) group(kind tokenKind, parts []token) token {
	g.steps += len(parts)
	first, last := parts[0], parts[len(parts)-1]
	return token{kind: kind, text: g.text[first.at : last.at+len(last.text)], at: first.at, parts: parts}
}

// groupTokens groups the tokens of one statement of the filter or order_by clause text.
func groupTokens(text string, tokens []token) []token { return (&grouper{text: text}).all(tokens) }

func (g *grouper) all(tokens []token) []token {
	tokens = g.brackets(tokens)
	tokens = g.parentheses(tokens)
	tokens = g.identifiers(tokens)
	tokens = g.order(tokens)
	tokens = g.operations(tokens)
	tokens = g.comparisons(tokens)
	tokens = g.aliases(tokens)
	return g.lists(tokens)
}

func (g *grouper) brackets(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	var open []int
	for _, next := range tokens {
		out = append(out, next)
		switch {
		case next.kind == punctuationToken && next.text == "[":
			open = append(open, len(out)-1)
		case next.kind == punctuationToken && next.text == "]" && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			out = append(out[:start], g.group(bracketToken, append([]token(nil), out[start:]...)))
		}
	}
	return out
}

func (g *grouper) parentheses(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	var open []int
	for _, next := range tokens {
		out = append(out, next)
		switch {
		case next.kind == punctuationToken && next.text == "(":
			open = append(open, len(out)-1)
		case next.kind == punctuationToken && next.text == ")" && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			inner := g.group(parenthesisToken, append([]token(nil), out[start:]...))
			out = append(out[:start], inner)
			if name := g.lastNonBlank(out[:start]); name >= 0 && out[name].kind == nameToken {
				out = append(out[:name], g.group(functionToken, append([]token(nil), out[name:]...)))
			}
		}
	}
	return out
}

// skipBlanks returns the index of the first token from at on that is no blank.
func (g *grouper) skipBlanks(tokens []token, at int) int {
	for at < len(tokens) && tokens[at].kind == blankToken {
		g.steps++
		at++
	}
	return at
}

func (g *grouper) identifiers(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	for at := 0; at < len(tokens); {
		if !tokens[at].is(nameToken, symbolToken) {
			out = append(out, tokens[at])
			at++
			continue
		}
		end := at + 1
		for {
			period := g.skipBlanks(tokens, end)
			if period >= len(tokens) || tokens[period].kind != punctuationToken || tokens[period].text != "." {
				break
			}
			end = period + 1
			if member := g.skipBlanks(tokens, end); member < len(tokens) &&
				tokens[member].is(nameToken, symbolToken, stringToken, functionToken) {
				end = member + 1
			}
		}
		out = append(out, g.group(identifierToken, tokens[at:end]))
		at = end
	}
	return out
}

// order joins a name and the ASC or DESC behind it.
func (g *grouper) order(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	for _, next := range tokens {
		out = append(out, next)
		if next.kind != orderToken {
			continue
		}
		previous := g.lastNonBlank(out[:len(out)-1])
		if previous >= 0 && out[previous].is(identifierToken, integerToken, floatToken) {
			joined := g.group(identifierToken, append([]token(nil), out[previous:]...))
			out = append(out[:previous], joined)
		}
	}
	return out
}

// lastNonBlank returns the index of the last token that is no blank, -1 if there is none.
func (g *grouper) lastNonBlank(tokens []token) int {
	for at := len(tokens) - 1; at >= 0; at-- {
		g.steps++
		if tokens[at].kind != blankToken {
			return at
		}
	}
	return -1
}

func isOperand(t token) bool {
	return t.is(identifierToken, parenthesisToken, functionToken, operationToken, stringToken, symbolToken, integerToken,
		floatToken)
}

// infix joins left, middle and right where all three fit.
func (g *grouper) infix(tokens []token, kind, middle tokenKind, fits func(token) bool) []token {
	out := make([]token, 0, len(tokens))
	for at := 0; at < len(tokens); at++ {
		next := tokens[at]
		if next.kind != middle {
			out = append(out, next)
			continue
		}
		previous, following := g.lastNonBlank(out), g.skipBlanks(tokens, at+1)
		if previous < 0 || following >= len(tokens) || !fits(out[previous]) || !fits(tokens[following]) {
			out = append(out, next)
			continue
		}
		parts := append(append([]token(nil), out[previous:]...), tokens[at:following+1]...)
		out = append(out[:previous], g.group(kind, parts))
		at = following
	}
	return out
}

func (g *grouper) operations(tokens []token) []token {
	return g.infix(tokens, operationToken, operatorToken, isOperand)
}

func (g *grouper) comparisons(tokens []token) []token {
	return g.infix(tokens, comparisonGroup, comparisonToken, func(t token) bool {
		return isOperand(t) || t.isKeyword("null")
	})
}

// lists joins what commas stand between.
func (g *grouper) lists(tokens []token) []token {
	for at, next := range tokens {
		if next.kind == punctuationToken && next.text == "," {
			tokens[at].kind = commaToken
		}
	}
	return g.infix(tokens, listToken, commaToken, func(t token) bool {
		return isOperand(t) || t.is(comparisonGroup, listToken, keywordToken, orderToken)
	})
}

// aliases joins two things next to each other of which the second would be the first one's alias.
func (g *grouper) aliases(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	for at := 0; at < len(tokens); at++ {
		if tokens[at].is(identifierToken, parenthesisToken, functionToken, operationToken, comparisonGroup, integerToken,
			floatToken) {
			if alias := g.skipBlanks(tokens, at+1); alias < len(tokens) && tokens[alias].kind == identifierToken {
				out = append(out, g.group(identifierToken, tokens[at:alias+1]))
				at = alias
				continue
			}
		}
		out = append(out, tokens[at])
	}
	return out
}

// splitStatements cuts the tokens at each semicolon outside parentheses. Blanks alone are no statement.
func splitStatements(tokens []token) [][]token {
	var statements [][]token
	start, depth, ended := 0, 0, false
	for at, next := range tokens {
		if ended && next.kind != blankToken {
			statements = append(statements, tokens[start:at])
			start, depth, ended = at, 0, false
		}
		if next.kind != punctuationToken {
			continue
		}
		switch next.text {
		case "(":
			depth++
		case ")":
			depth--
		case ";":
			ended = ended || depth <= 0
		}
	}
	if (&grouper{}).lastNonBlank(tokens[start:]) >= 0 {
		statements = append(statements, tokens[start:])
	}
	return statements
}
