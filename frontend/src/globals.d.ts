// SPDX-License-Identifier: MIT
// Constants written in by the build.
declare const __CNOP_UI_VERSION__: string;
declare const __CNOP_RED_PACKET__: boolean;
