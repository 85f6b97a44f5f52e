# SPDX-License-Identifier: MIT
# bash completion for cz2ctl(1). A test compares it with what cz2ctl --help says.

# Options of every command; those behind which a word of their own comes stand once more below.
_cz2ctl_common='--socket --url --cacert --token-file --timeout --json --quiet --color --help --version'

# The first word that is neither an option nor the argument of one.
_cz2ctl_command()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket | --url | --cacert | --token-file | --timeout | --color | \
			--all | --heat | --cool | --hold | --temp | --out | --device | --status | --limit | \
			--scope | --file | --start | --only | --direct | --replay | --capture | --from | --to | --row | \
			--function | --seconds | --count)
			((i++))
			;;
		-*) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

# What may stand at the place of the current word, which follows $1.
_cz2ctl_words()
{
	case $1 in
	--color) echo auto always never && return ;;
	--all | --hold | --temp | --out) echo on off && return ;;
	--scope) echo read command admin && return ;;
	--status) echo pending sent delivered failed expired && return ;;
	--only) echo schedules setpoints system && return ;;
	--function) echo read reply write ack nack error && return ;;
	--from | --to) echo wall panel cz2d && return ;;
	--row | --seconds | --count | --start) return ;;
	--url | --timeout | --heat | --cool | --device | --limit) return ;;
	esac
	case $(_cz2ctl_command) in
	'') echo "$_cz2ctl_common" status mode fan zone hold resume schedule clock update commands devices mqtt backup restore diff monitor doctor read dump decode write health version token ;;
	status) echo "$_cz2ctl_common" --refresh ;;
	mode) echo "$_cz2ctl_common" --all --no-wait Heat Cool Auto EHeat Off ;;
	fan) echo "$_cz2ctl_common" --no-wait Auto On ;;
	zone) echo "$_cz2ctl_common" --heat --cool --hold --temp --out --no-wait all ;;
	resume) echo "$_cz2ctl_common" --no-wait all ;;
	schedule) echo "$_cz2ctl_common" --refresh --start --heat --cool --out --no-wait show set all \
		weekdays weekend mon tue wed thu fri sat sun wake day eve sleep start= heat= cool= out ;;
	clock) echo "$_cz2ctl_common" --refresh --no-wait show sync set sun mon tue wed thu fri sat ;;
	read) echo "$_cz2ctl_common" --hex --plain 1 9 10 ;;
	dump) echo "$_cz2ctl_common" 1 9 10 ;;
	write) echo "$_cz2ctl_common" --yes 1 10 ;;
	restore) echo "$_cz2ctl_common" --dry-run --yes --only ;;
	update) echo "$_cz2ctl_common" --no-wait ;;
	commands) echo "$_cz2ctl_common" --device --status --limit list show follow ;;
	devices) echo "$_cz2ctl_common" list show rename health config decommission recommission ;;
	mqtt) echo "$_cz2ctl_common" show announce forget ;;
	doctor) echo "$_cz2ctl_common" --direct --seconds ;;
	monitor) echo "$_cz2ctl_common" --direct --replay --capture --hex --from --to --row --function --seconds --count ;;
	token) echo "$_cz2ctl_common" --scope --file add list revoke ;;
	hold) echo "$_cz2ctl_common" --temp --no-wait all on off ;;
	*) echo "$_cz2ctl_common" ;;
	esac
}

_cz2ctl_files()
{
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
	compopt -o filenames 2>/dev/null # a directory has more behind it
}

_cz2ctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words

	case $previous in
	--socket | --cacert | --token-file | --file | --direct | --replay | --capture)
		_cz2ctl_files "$word"
		return
		;;
	esac
	words=$(_cz2ctl_words "$previous")
	case $(_cz2ctl_command):$word in
	*:-*) ;;
	backup:* | restore:* | diff:* | decode:*)
		if [[ $words == "$_cz2ctl_common"* ]]; then # not behind an option
			_cz2ctl_files "$word"
			return
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	# Options are for who begins one, or where nothing else may stand.
	if [[ -z $word && " $words" =~ \ [^-] ]]; then
		mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | grep -v '^-')
	fi
	if [[ ${COMPREPLY[*]} == *= ]]; then
		compopt -o nospace 2>/dev/null # the value follows at once
	fi
}

complete -F _cz2ctl cz2ctl
