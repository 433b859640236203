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

# CNOP_MISSING(WHAT, DEBIAN-PACKAGE): note it for CNOP_REQUIRE_ALL, which names all at once.
AC_DEFUN([CNOP_MISSING], [
  AC_MSG_WARN([$1 is missing])
  cnop_missing="$cnop_missing $2"
])

# CNOP_PKG(VARIABLE, MODULE >= FLOOR, DEBIAN-PACKAGE): pkg-config check that says what to install.
AC_DEFUN([CNOP_PKG], [
  PKG_CHECK_MODULES([$1], [$2], [], [CNOP_MISSING([$2], [$3])])
])

AC_DEFUN([CNOP_REQUIRE_ALL], [
  AS_IF([test -n "$cnop_missing"],
        [AC_MSG_ERROR([packages are missing; on Debian: apt-get install$cnop_missing])])
])
