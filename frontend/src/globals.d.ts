// SPDX-License-Identifier: MIT
// Constants written in by the build.
declare const __CNOP_UI_VERSION__: string;
declare const __CNOP_GIFT__: boolean;
