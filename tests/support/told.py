# SPDX-License-Identifier: MIT
"""An order as its events have told it, to be laid beside the one that the API shows."""

# The API leaves out of a market order what only matters of one that waits.
OF_WAITING = {"time_in_force", "post_only", "filled_quantity", "remaining_quantity", "average_price", "held", "reason",
              "updated_at"}


def as_shown(known):
    """known: the members of all events of the order, the last ones on top."""
    order = {"client_order_id": None} | known
    hidden = {"seq"}
    if order["order_type"].startswith("market_") and order["status"] == "completed":
        hidden |= OF_WAITING
    return {name: value for name, value in order.items() if name not in hidden}


def orders(events):
    """By id; events: pairs of type and value, oldest first."""
    known = {}
    for kind, value in events:
        if kind == "order":
            known.setdefault(value["order_id"], {}).update(value)
    return {order_id: as_shown(order) for order_id, order in known.items()}
