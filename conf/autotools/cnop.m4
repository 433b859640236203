# SPDX-License-Identifier: MIT
# Local macros: compiler flag probes, and library checks that name the Debian package to install.

# CNOP_CFLAG(FLAG, VARIABLE): append FLAG to VARIABLE if the compiler takes it without a warning.
AC_DEFUN([CNOP_CFLAG], [
  AS_VAR_PUSHDEF([cache], [cnop_cv_cflag_$1])
  AC_CACHE_CHECK([whether $CC takes $1], [cache], [
    cnop_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $1"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
                      [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
    CFLAGS=$cnop_save_CFLAGS
  ])
  AS_VAR_IF([cache], [yes], [$2="$$2 $1"])
  AS_VAR_POPDEF([cache])
])

# CNOP_PKG(VARIABLE, MODULE >= FLOOR, DEBIAN-PACKAGE): pkg-config check that says what to install.
AC_DEFUN([CNOP_PKG], [
  PKG_CHECK_MODULES([$1], [$2], [], [
    AC_MSG_ERROR([$2 is missing; on Debian: apt-get install $3])
  ])
])
