#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares shared/base/money.c with Python's decimal over a million seeded random cases.

Each operation is computed here from exact decimals and its documented rounding, never with the
formula the C code uses. Prints TAP, one line an operation. CNOP_MONEY_CASES changes the count.
"""
import os
import random
import re
import subprocess
import sys
from decimal import (ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext)

PROGRAM = os.path.join("tests", "unit", "shared", "base", "money_oracle")
CASES = int(os.environ.get("CNOP_MONEY_CASES", "1200000"))
SEED = 20261122
MAX = 2**63 - 1
CASH_UNIT = Decimal("0.00000001")
PRICE_UNIT = Decimal("0.0000000001")
CENT = Decimal("0.01")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
AMOUNT = re.compile(r"[0-9]+(?:\.([0-9]+))?", re.ASCII)

rng = random.Random(SEED)


def number(low=0, high=MAX):
    """An integer spread over magnitudes, with the ends of the range drawn often."""
    if rng.random() < 0.02:
        return rng.choice((low, high, max(low, high - 1), max(low, min(1, high))))
    return max(low, min(high, rng.getrandbits(rng.randint(1, max(1, high.bit_length())))))


def scaled(value, unit):
    """The integer a decimal is stored as, or the error of a value outside the type."""
    stored = int(value / unit)
    return str(stored) if -MAX - 1 <= stored <= MAX else "OVERFLOW"


def amount_text():
    draw = rng.random()
    integer = "".join(rng.choices("0123456789", k=rng.randint(1, 13)))
    fraction = "".join(rng.choices("0123456789", k=rng.randint(1, 11)))
    if draw < 0.1:
        return "".join(rng.choices("0123456789.-+eE,x", k=rng.randint(1, 14)))
    return integer if draw < 0.3 else f"{integer}.{fraction}"


def parsed(text, decimals):
    match = AMOUNT.fullmatch(text)
    if not match:
        return "AMOUNT_INVALID"
    if len(match.group(1) or "") > decimals:
        return "AMOUNT_PRECISION"
    if len(text.split(".")[0]) > 12:
        return "OVERFLOW"
    return scaled(Decimal(text), Decimal(1).scaleb(-decimals))


def number_text():
    """A JSON number without a sign; one in ten is no number."""
    if rng.random() < 0.1:
        return "".join(rng.choices("0123456789.-+eE,x", k=rng.randint(1, 14)))
    digits = "".join(rng.choices("0001234567899", k=rng.randint(1, 25)))
    if rng.random() < 0.7:
        digits += "." + "".join(rng.choices("0001234567899", k=rng.randint(1, 25)))
    if rng.random() < 0.7:
        digits += rng.choice("eE") + rng.choice(("", "+", "-")) + str(rng.randint(0, rng.choice((12, 40))))
    return digits


def parsed_number(text, decimals):
    if not NUMBER.fullmatch(text):
        return "AMOUNT_INVALID"
    value = Decimal(text)
    if value == 0:
        return "0"
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    if exponent + zeros < -decimals:
        return "AMOUNT_PRECISION"
    return "OVERFLOW" if value.adjusted() >= 12 else scaled(value, Decimal(1).scaleb(-decimals))


def shown(value, unit, min_decimals):
    text = f"{Decimal(value) * unit:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(min_decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def case_parse_cash():
    text = amount_text()
    return f"c {text}", parsed(text, 8)


def case_parse_price():
    text = amount_text()
    return f"p {text}", parsed(text, 10)


def case_parse_cash_number():
    text = number_text()
    return f"n {text}", parsed_number(text, 8)


def case_parse_price_number():
    text = number_text()
    return f"m {text}", parsed_number(text, 10)


def case_format_cash():
    value, minimum = rng.choice((1, -1)) * number(), rng.randint(0, 8)
    return f"f {value} {minimum}", shown(value, CASH_UNIT, minimum)


def case_format_price():
    value, minimum = rng.choice((1, -1)) * number(), rng.randint(0, 10)
    return f"g {value} {minimum}", shown(value, PRICE_UNIT, minimum)


def case_add():
    a, b = rng.choice((1, -1)) * number(), rng.choice((1, -1)) * number()
    return f"+ {a} {b}", scaled(Decimal(a) * CASH_UNIT + Decimal(b) * CASH_UNIT, CASH_UNIT)


def case_sub():
    a, b = rng.choice((1, -1)) * number(), rng.choice((1, -1)) * number()
    return f"- {a} {b}", scaled(Decimal(a) * CASH_UNIT - Decimal(b) * CASH_UNIT, CASH_UNIT)


def notional(letter, rounding):
    price, qty = number(), number()
    if rng.random() < 0.7:  # keep most products inside the type
        qty = min(qty, MAX * 10**10 // max(price, 1))
    exact = Decimal(price) * PRICE_UNIT * (Decimal(qty) * CASH_UNIT)
    return f"{letter} {price} {qty}", scaled(exact.quantize(CASH_UNIT, rounding), CASH_UNIT)


def case_notional_ceil():
    return notional("u", ROUND_CEILING)


def case_notional_floor():
    return notional("d", ROUND_FLOOR)


def case_qty_for_cash():
    cash, price, step = number(), number(1), number(1, 10**10)
    exact = Decimal(cash) * CASH_UNIT / (Decimal(price) * PRICE_UNIT)
    step_decimal = Decimal(step) * CASH_UNIT
    steps = (exact / step_decimal).to_integral_value(ROUND_FLOOR)
    # The quotient above is cut to the context's precision: settle the last step by multiplying.
    while steps * step_decimal * (Decimal(price) * PRICE_UNIT) > Decimal(cash) * CASH_UNIT:
        steps -= 1
    while (steps + 1) * step_decimal * (Decimal(price) * PRICE_UNIT) <= Decimal(cash) * CASH_UNIT:
        steps += 1
    return f"q {cash} {price} {step}", scaled(steps * step_decimal, CASH_UNIT)


def case_qty_for_cash_ceil():
    cash, price = number(), number(1)
    value, unit_price = Decimal(cash) * CASH_UNIT, Decimal(price) * PRICE_UNIT
    units = (value / unit_price / CASH_UNIT).to_integral_value(ROUND_CEILING)
    while (units - 1) * CASH_UNIT * unit_price >= value and units > 0:
        units -= 1
    while units * CASH_UNIT * unit_price < value:
        units += 1
    return f"r {cash} {price}", scaled(units * CASH_UNIT, CASH_UNIT)


def case_cent_ceil():
    cash = number()
    return f"C {cash} 0", scaled((Decimal(cash) * CASH_UNIT).quantize(CENT, ROUND_CEILING), CASH_UNIT)


def case_cent_floor():
    cash = number()
    return f"F {cash} 0", scaled((Decimal(cash) * CASH_UNIT).quantize(CENT, ROUND_FLOOR), CASH_UNIT)


def case_fee():
    cash, bps = number(), number(0, 20000)
    exact = Decimal(cash) * CASH_UNIT * Decimal(bps) / 10000
    return f"b {cash} {bps}", scaled(exact.quantize(CASH_UNIT, ROUND_CEILING), CASH_UNIT)


def case_average():
    cash, qty = number(), number(1)
    if rng.random() < 0.3:  # ties: the quotient ends in exactly one half of a unit
        qty, cash = 2 * 10**10, 2 * number(0, 10**9) + 1
    exact = Decimal(cash) / Decimal(qty)
    return f"a {cash} {qty}", scaled(exact.quantize(PRICE_UNIT, ROUND_HALF_EVEN), PRICE_UNIT)


def case_share():
    total, whole = number(), number(1)
    part = number(0, whole)
    exact = Decimal(total) * Decimal(part)
    share = exact // Decimal(whole)  # integer division of the decimal module is exact
    return f"s {total} {part} {whole}", str(share)


CASE_MAKERS = (case_parse_cash, case_parse_price, case_parse_cash_number, case_parse_price_number,
               case_format_cash, case_format_price, case_add,
               case_sub, case_notional_ceil, case_notional_floor, case_qty_for_cash,
               case_qty_for_cash_ceil, case_cent_ceil, case_cent_floor, case_fee,
               case_average, case_share)


def check(make, count):
    """Returns the first difference, or None."""
    cases = [make() for _ in range(count)]
    answer = subprocess.run([PROGRAM], input="\n".join(line for line, _ in cases) + "\n",
                            capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answer) != count:
        return f"{count} questions, {len(answer)} answers"
    for (line, expected), got in zip(cases, answer):
        if got != expected:
            return f"{line}: expected {expected}, got {got}"
    return None


def main():
    each = CASES // len(CASE_MAKERS)
    failed = False
    print(f"1..{len(CASE_MAKERS)}")
    for index, make in enumerate(CASE_MAKERS, 1):
        difference = check(make, each)
        failed = failed or difference is not None
        name = make.__name__.removeprefix("case_")
        print(f"{'ok' if difference is None else 'not ok'} {index} - {name}: {each} cases")
        if difference is not None:
            print(f"# {difference}")
    return 1 if failed else 0


if __name__ == "__main__":
    with localcontext(Context(prec=80)):
        sys.exit(main())
