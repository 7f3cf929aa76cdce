package embedded

// The groups are built in sqlparse's order: brackets, parentheses, identifiers, their sort order, arithmetic,
// comparisons, aliases, lists. A filter that MLflow refuses is thus refused for the same piece of it.

func group(kind tokenKind, parts []token) token {
	text := ""
	for _, part := range parts {
		text += part.text
	}
	return token{kind: kind, text: text, parts: parts}
}

// groupTokens groups the tokens of one filter or order_by clause.
func groupTokens(tokens []token) []token {
	tokens = groupBrackets(tokens)
	tokens = groupParentheses(tokens)
	tokens = groupIdentifiers(tokens)
	tokens = groupOrder(tokens)
	tokens = groupOperations(tokens)
	tokens = groupComparisons(tokens)
	tokens = groupAliases(tokens)
	return groupLists(tokens)
}

func groupBrackets(tokens []token) []token {
	var out []token
	var open []int
	for _, next := range tokens {
		out = append(out, next)
		switch {
		case next.kind == punctuationToken && next.text == "[":
			open = append(open, len(out)-1)
		case next.kind == punctuationToken && next.text == "]" && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			out = append(out[:start], group(bracketToken, append([]token(nil), out[start:]...)))
		}
	}
	return out
}

func groupParentheses(tokens []token) []token {
	var out []token
	var open []int
	for _, next := range tokens {
		out = append(out, next)
		switch {
		case next.kind == punctuationToken && next.text == "(":
			open = append(open, len(out)-1)
		case next.kind == punctuationToken && next.text == ")" && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			inner := group(parenthesisToken, append([]token(nil), out[start:]...))
			out = append(out[:start], inner)
			if name := lastNonBlank(out[:start]); name >= 0 && out[name].kind == nameToken {
				out = append(out[:name], group(functionToken, append([]token(nil), out[name:]...)))
			}
		}
	}
	return out
}

// skipBlanks returns the index of the first token from at on that is no blank.
func skipBlanks(tokens []token, at int) int {
	for at < len(tokens) && tokens[at].kind == blankToken {
		at++
	}
	return at
}

func groupIdentifiers(tokens []token) []token {
	var out []token
	for at := 0; at < len(tokens); {
		if !tokens[at].is(nameToken, symbolToken) {
			out = append(out, tokens[at])
			at++
			continue
		}
		end := at + 1
		for {
			period := skipBlanks(tokens, end)
			if period >= len(tokens) || tokens[period].kind != punctuationToken || tokens[period].text != "." {
				break
			}
			end = period + 1
			if member := skipBlanks(tokens, end); member < len(tokens) &&
				tokens[member].is(nameToken, symbolToken, stringToken, functionToken) {
				end = member + 1
			}
		}
		out = append(out, group(identifierToken, tokens[at:end]))
		at = end
	}
	return out
}

// groupOrder joins a name and the ASC or DESC behind it.
func groupOrder(tokens []token) []token {
	var out []token
	for _, next := range tokens {
		out = append(out, next)
		if next.kind != orderToken {
			continue
		}
		previous := lastNonBlank(out[:len(out)-1])
		if previous >= 0 && out[previous].is(identifierToken, integerToken, floatToken) {
			joined := group(identifierToken, append([]token(nil), out[previous:]...))
			out = append(out[:previous], joined)
		}
	}
	return out
}

// lastNonBlank returns the index of the last token that is no blank, -1 if there is none.
func lastNonBlank(tokens []token) int {
	for at := len(tokens) - 1; at >= 0; at-- {
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

// groupInfix joins left, middle and right where all three fit.
func groupInfix(tokens []token, kind, middle tokenKind, fits func(token) bool) []token {
	var out []token
	for at := 0; at < len(tokens); at++ {
		next := tokens[at]
		previous, following := lastNonBlank(out), skipBlanks(tokens, at+1)
		if next.kind != middle || previous < 0 || following >= len(tokens) || !fits(out[previous]) || !fits(tokens[following]) {
			out = append(out, next)
			continue
		}
		parts := append(append([]token(nil), out[previous:]...), tokens[at:following+1]...)
		out = append(out[:previous], group(kind, parts))
		at = following
	}
	return out
}

func groupOperations(tokens []token) []token {
	return groupInfix(tokens, operationToken, operatorToken, isOperand)
}

func groupComparisons(tokens []token) []token {
	return groupInfix(tokens, comparisonGroup, comparisonToken, func(t token) bool {
		return isOperand(t) || t.isKeyword("null")
	})
}

// groupLists joins what commas stand between.
func groupLists(tokens []token) []token {
	for at, next := range tokens {
		if next.kind == punctuationToken && next.text == "," {
			tokens[at].kind = commaToken
		}
	}
	return groupInfix(tokens, listToken, commaToken, func(t token) bool {
		return isOperand(t) || t.is(comparisonGroup, listToken, keywordToken, orderToken)
	})
}

// groupAliases joins two things next to each other of which the second would be the first one's alias.
func groupAliases(tokens []token) []token {
	var out []token
	for at := 0; at < len(tokens); at++ {
		alias := skipBlanks(tokens, at+1)
		if alias < len(tokens) && tokens[alias].kind == identifierToken && tokens[at].is(identifierToken, parenthesisToken,
			functionToken, operationToken, comparisonGroup, integerToken, floatToken) {
			out = append(out, group(identifierToken, tokens[at:alias+1]))
			at = alias
			continue
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
	if lastNonBlank(tokens[start:]) >= 0 {
		statements = append(statements, tokens[start:])
	}
	return statements
}
