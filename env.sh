# source ./env.sh - puts the pinned tools first and keeps every cache inside the checkout
_root="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")" && pwd)"
export PATH="$_root/tools/bin:$_root/.venv/bin:$_root/node_modules/.bin:$PATH"
export SOLCX_BINARY_PATH="$_root/tools/solc-bin"               # py-solc-x looks for solc-v<version> in here
export APE_DATA_FOLDER="$_root/.ape"                           # instead of ~/.ape: packages, accounts, caches
export PYTHONPATH="$_root"                                     # artifacts, localnet, deployment, tools: not installed
unset PYTHONDONTWRITEBYTECODE                                  # else every process of a test compiles everything anew
# Ape takes a project below the system's temp folder for a temporary one and then overlooks contracts.
mkdir -p "$_root/.ape/tmp" && export TMPDIR="$_root/.ape/tmp"
unset _root
