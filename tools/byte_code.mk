# For the Makefiles by which `sam build` makes functions and layers: byte code, which only the runtime's own version of
# Python can write. Without it every cold start compiles each module anew, since Lambda mounts code read-only.

PYTHON ?= python3
PYTHON313 ?= $(shell for p in python3.13 "$(PYTHON)" python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo "$$p" && break; done)

# $(call compile,FOLDER,WHERE): everything in a folder of ARTIFACTS_DIR, which Lambda will have at WHERE
# Unchecked: Lambda's copy changes the times that ordinary .pyc files are checked by. A fixed hash seed and path make
# equal source equal bytes.
ifneq ($(PYTHON313),)
compile = PYTHONHASHSEED=0 "$(PYTHON313)" -m compileall -q --invalidation-mode unchecked-hash \
	-s "$(ARTIFACTS_DIR)" -p $(2) "$(1)"
else
compile = echo "No python3.13 here: built without byte code, cold starts will be slower" >&2
endif
