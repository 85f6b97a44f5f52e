/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Tokens: made, listed and revoked in the daemon's file. This is done on the machine of
 * the daemon by whoever may write there; the daemon is not asked and sees it by itself.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/tokens_edit.h"
#include "cz2ctl/view.h"

static const char default_file[] = "/etc/cz2d/tokens";

/* Everybody may see that it was made; the secret itself goes nowhere but to standard output. */
static enum ctl_exit
keep_new(struct ctl *ctl, struct tokens_edit *edit, const char *name, enum scope scope)
{
	char secret[TOKEN_SECRET_SIZE], line[TOKEN_LINE_SIZE], created[TOKEN_CREATED_SIZE];
	time_t now = time(NULL);
	enum ctl_exit code;
	struct tm utc;

	strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	token_make(name, scope, created, secret, line);
	tokens_edit_add(edit, line);
	code = tokens_edit_keep(edit);
	if (code == CTL_DONE)
		fprintf(ctl->screen.file, "%s\n", secret);
	explicit_bzero(secret, sizeof secret);
	return code;
}

static enum ctl_exit
add(struct ctl *ctl, const char *path, const char *name)
{
	const char *list = ctl->options->given[OPTION_SCOPE];
	enum scope scope = list != NULL ? scope_parse(list) : SCOPE_UNSET;
	struct tokens_edit edit;
	enum ctl_exit code = CTL_USAGE;

	if (!token_is_name(name)) {
		say_error("'%s' is no name: 1 to 64 of A-Z, a-z, 0-9, _, . and - are, but not"
			  " anonymous, mqtt and panel", name);
		return CTL_USAGE;
	}
	if (scope == SCOPE_UNSET) {
		say_error("--scope%s%s: read, command or admin is wanted, or several with commas",
			  list != NULL ? " " : "", list != NULL ? list : "");
		return CTL_USAGE;
	}
	if (tokens_edit_begin(&edit, path, true) != CTL_DONE)
		return CTL_USAGE;
	if (tokens_named(&edit.tokens, name) != NULL)
		say_error("%s holds a token %s already: revoke it first", edit.path, name);
	else if (edit.tokens.count >= TOKENS_MAX)
		say_error("%s holds %d tokens: there is no room for more", edit.path, TOKENS_MAX);
	else
		code = keep_new(ctl, &edit, name, scope);
	tokens_edit_end(&edit);
	return code;
}

static enum ctl_exit
revoke(struct ctl *ctl, const char *path, const char *name)
{
	struct tokens_edit edit;
	enum ctl_exit code = CTL_USAGE;
	bool last;

	(void)ctl;
	if (tokens_edit_begin(&edit, path, true) != CTL_DONE)
		return CTL_USAGE;
	last = edit.tokens.count == 1 && edit.tokens.broken == 0;
	if (tokens_named(&edit.tokens, name) == NULL) {
		say_error("%s holds no token %s", edit.path, name);
	} else {
		tokens_edit_drop(&edit, name);
		code = tokens_edit_keep(&edit);
	}
	tokens_edit_end(&edit);
	if (code == CTL_DONE && last)
		say_warning("that was the last one: whoever is on the daemon's machine needs none"
			    " any more");
	return code;
}

static json_t *
json_of(const struct tokens *tokens)
{
	json_t *list = json_array();

	for (int n = 0; n < tokens->count; n++) {
		const struct token *token = &tokens->list[n];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s*}", "name", token->name,
						      "scope", scope_names[token->scope], "created",
						      token->created[0] != '\0' ? token->created
										: NULL));
	}
	return json_pack("{s:o}", "tokens", list);
}

static enum ctl_exit
list(struct ctl *ctl, const char *path, const char *name)
{
	struct tokens_edit edit;
	json_t *document;

	(void)name;
	if (tokens_edit_begin(&edit, path, false) != CTL_DONE)
		return CTL_USAGE;
	document = json_of(&edit.tokens);
	call_show(ctl, document, view_tokens);
	json_decref(document);
	tokens_edit_end(&edit);
	return CTL_DONE;
}

static const struct action {
	const char *word;
	bool named, scoped; /* it takes a name, a scope */
	enum ctl_exit (*run)(struct ctl *ctl, const char *path, const char *name);
} actions[] = {
	{"add", true, true, add},
	{"list", false, false, list},
	{"revoke", true, false, revoke},
};

static const struct action *
action_of(const char *word)
{
	for (size_t n = 0; n < sizeof actions / sizeof actions[0]; n++)
		if (strcasecmp(actions[n].word, word) == 0)
			return &actions[n];
	return NULL;
}

enum ctl_exit
run_token(struct ctl *ctl)
{
	const char *file = ctl->options->given[OPTION_FILE];
	const struct action *action = action_of(ctl->arguments[0]);
	const char *name = ctl->arguments[1];

	if (action == NULL) {
		say_error("token takes %s", ctl->command->arguments);
		return CTL_USAGE;
	}
	if (action->named != (name != NULL)) {
		say_error("token %s takes %s", action->word, action->named ? "a name" : "no name");
		return CTL_USAGE;
	}
	if (!action->scoped && options_has(ctl->options, OPTION_SCOPE)) {
		say_error("token %s takes no --scope", action->word);
		return CTL_USAGE;
	}
	return action->run(ctl, file != NULL ? file : default_file, name != NULL ? name : "");
}
