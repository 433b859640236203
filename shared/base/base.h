/* SPDX-License-Identifier: MIT */
/* Umbrella: everything of shared/base, for sources that use most of it. Declares nothing. */
#ifndef CNOP_BASE_BASE_H
#define CNOP_BASE_BASE_H

#include "shared/base/arena.h"
#include "shared/base/attr.h"
#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/err.h"
#include "shared/base/escape.h"
#include "shared/base/id.h"
#include "shared/base/log.h"
#include "shared/base/money.h"
#include "shared/base/secret.h"
#include "shared/base/str.h"

#endif
