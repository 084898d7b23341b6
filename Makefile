# Ironload. The two commands a newcomer needs: make ipl, make test. Everything that gets fetched or made lies in .build*/ and
# var/, which git ignores. Targets install the Debian packages they need and say so.

SWIFT ?= swift
MEMORY ?= 1G
VAR := var
LINUX := $(VAR)/linux
IRONLOAD := .build/release/ironload
INSTALL := @Scripts/install-packages
TEST_PACKAGES := binutils-s390x-linux-gnu qemu-user qemu-system-misc qemu-system-data e2fsprogs xfsprogs mount gdb-multiarch strace
LINUX_PACKAGES := cpio e2fsprogs
BENCH_PACKAGES := binutils-s390x-linux-gnu gcc-12-s390x-linux-gnu libc6-dev-s390x-cross cpio

.PHONY: help build static test demo ipl check lint format bench asan tsan guests linux clean distclean
.DEFAULT_GOAL := help

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' $(MAKEFILE_LIST) | column -t -s :

build: ## the executable, .build/release/ironload
	@$(SWIFT) build -c release --product ironload >&2

static: build ## the executable without shared libraries, .build/ironload
	@Scripts/link-static .build/release .build/ironload

test: ## all tests
	$(INSTALL) $(TEST_PACKAGES)
	$(SWIFT) test -c release

demo: build ## a tiny guest of our own, from a volume made on the fly
	@exec $(IRONLOAD) demo

ipl: $(LINUX)/volume.ckd build ## Debian's Linux from a 3390, to a shell; commands can be piped in
	@exec $(IRONLOAD) run --memory $(MEMORY) --dasd 0120=$(LINUX)/volume.ckd --load 0120 --console vt220

check: lint test ## the rules, then all tests

lint: ## the formatter's rules and the house's own
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	@Scripts/check-style

format: ## rewrites the sources as the formatter would have them
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

bench: $(LINUX)/kernel-release build ## speed beside QEMU's and the host's own; RUNS=1 TESTS="sort fib" for less of it
	$(INSTALL) $(BENCH_PACKAGES)
	@Benchmarks/run

guests: build ## the bare-metal guests of Tests/Guests, on Ironload and on QEMU
	$(INSTALL) binutils-s390x-linux-gnu qemu-system-misc
	@Tests/Guests/run

# What a process leaves behind at its end is no leak: a machine that ends with its process is not taken apart. SIGFPE is ours.
asan: ## all tests under the address sanitizer
	$(INSTALL) $(TEST_PACKAGES)
	ASAN_OPTIONS=detect_leaks=0:handle_sigfpe=0 $(SWIFT) test -c release --sanitize address --scratch-path .build-asan

tsan: ## tests under the thread sanitizer
	$(INSTALL) $(TEST_PACKAGES)
	@Scripts/test-threads $(SWIFT)

clean: ## what was built; keeps what was fetched
	rm -rf .build .build-asan .build-tsan $(VAR)/guests $(VAR)/benchmarks $(VAR)/hercules $(LINUX)/volume.ckd $(LINUX)/root.ext4 $(LINUX)/initramfs.cpio

distclean: clean ## what was fetched, too
	rm -rf $(VAR)

# The Linux guest: Debian's packages, the initramfs, the root file system, the volume that has it all.

linux: $(LINUX)/root.ext4

$(LINUX)/kernel-release: LinuxGuest/packages LinuxGuest/fetch
	$(INSTALL) $(LINUX_PACKAGES)
	@LinuxGuest/fetch $(LINUX)

$(LINUX)/initramfs.cpio: $(LINUX)/kernel-release LinuxGuest/make-initramfs LinuxGuest/init
	$(INSTALL) $(LINUX_PACKAGES)
	@LinuxGuest/make-initramfs $(LINUX)

$(LINUX)/root.ext4: $(LINUX)/initramfs.cpio LinuxGuest/make-root $(shell find LinuxGuest/root -type f)
	$(INSTALL) $(LINUX_PACKAGES)
	@LinuxGuest/make-root $(LINUX) 48

# The executable is not named here as what the volume is made from: a rebuilt Ironload keeps the volume and what is on it.
$(LINUX)/volume.ckd: $(LINUX)/root.ext4 LinuxGuest/make-volume
	@$(MAKE) --no-print-directory build
	@LinuxGuest/make-volume $(IRONLOAD) $(LINUX)
