#!/usr/bin/env bash
# The step of action.yml: starts `foretoken serve`, waits until its model is loaded, and tells the following steps where it is. Its
# inputs are FORETOKEN_MODEL, FORETOKEN_ARGS, FORETOKEN_VERSION, FORETOKEN_PORT and FORETOKEN_TIMEOUT.
set -euo pipefail

log=$RUNNER_TEMP/foretoken-$FORETOKEN_PORT.log
url=http://127.0.0.1:$FORETOKEN_PORT

case $FORETOKEN_MODEL in
  http://* | https://*) model=(-mu "$FORETOKEN_MODEL") ;;
  *.gguf) model=(-m "$FORETOKEN_MODEL") ;;
  *) model=(-hf "$FORETOKEN_MODEL") ;;
esac
case $FORETOKEN_VERSION in
  *.tgz) package=$FORETOKEN_VERSION ;;
  *) package=foretoken@$FORETOKEN_VERSION ;;
esac
# Split at white space, without what a shell would make of the words.
read -r -d '' -a args <<<"$FORETOKEN_ARGS" || true

# Prints the reason and the log, and ends the server.
fail() {
  kill "$server" 2>/dev/null || true
  echo "::error title=foretoken::$1"
  echo "::group::log of foretoken serve"
  cat "$log"
  echo "::endgroup::"
  exit 1
}

nohup npx --yes --package "$package" foretoken serve --port "$FORETOKEN_PORT" "${model[@]}" ${args[@]+"${args[@]}"} \
  >"$log" 2>&1 </dev/null &
server=$!

until curl --silent --fail --output /dev/null --max-time 5 "$url/health"; do
  kill -0 "$server" 2>/dev/null || fail "the server ended before its model was loaded"
  ((SECONDS < FORETOKEN_TIMEOUT)) || fail "the model was not loaded after $FORETOKEN_TIMEOUT s; give the input timeout more"
  sleep 0.5
done

printf '%s\n' "url=$url" "log=$log" "pid=$server" >>"$GITHUB_OUTPUT"
# Clients of OpenAI insist on a key. The server wants none, unless args have --api-key.
printf '%s\n' "OPENAI_BASE_URL=$url/v1" "OPENAI_API_KEY=${OPENAI_API_KEY:-none-needed}" >>"$GITHUB_ENV"
echo "foretoken serve answers at $url"
