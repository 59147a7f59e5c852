# bash ends a word at `@`, `=` and `:`, too. lab2nix gets whole words, and bash what comes in place of its own last one.
_lab2nix() {
    local rest=${COMP_LINE:0:COMP_POINT}
    local before=${rest##*[[:space:]]} words=() word
    if [[ $before == *"$2" ]]; then before=${before%"$2"}; else before=; fi
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
        if [[ ${#words[@]} -gt 0 && $rest != [[:space:]]* ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        rest=${rest#*"$word"}
    done
    if [[ ${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then words+=("$before$2"); else words[${#words[@]} - 1]=$before$2; fi
    local -a COMP_WORDS=("${words[@]}")
    local COMP_CWORD=$((${#words[@]} - 1))
    _clap_complete_lab2nix "$1" "$before$2" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
}
