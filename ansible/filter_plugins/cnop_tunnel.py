# SPDX-License-Identifier: MIT
"""What goes from host to host, and by which port: the one list of it."""
import ipaddress

# name (its socket is NAME.sock), part that serves it, parts that use it, parts with such a socket of their own,
# place among the ports
CHANNELS = [
    ("auth", "app", ["gateway"], ["app"], 0),
    ("insights", "app", ["gateway"], ["app"], 1),
    ("ops", "app", ["gateway"], ["app"], 2),
    ("order", "ledger", ["gateway"], ["ledger"], 3),
    ("order-read", "ledger", ["gateway"], ["ledger"], 4),
    ("user", "ledger", ["gateway"], ["ledger"], 5),
    ("inventory", "ledger", ["gateway"], ["ledger"], 6),
    ("memcached", "ledger", ["gateway"], ["app", "ledger"], 7),
    ("mariadb", "ledger", ["gateway", "app"], ["ledger"], 8),
    # revocations, blocks, events: to every gateway, which has a socket of its own name on the other hosts
    ("gateway-control", "gateway", ["app", "ledger"], ["gateway"], 9),
]


def users_of(channel, hosts):
    """Hosts that reach what another one serves."""
    name, _, users, own, _ = channel
    every = name == "gateway-control"
    return sorted({host for part in users for host in hosts[part]
                   if every or not any(host in hosts[other] for other in own)})


def tunnel(host, hosts, addresses, first_port):
    """What haproxy on a host serves and reaches, and the control sockets of the gateways as the host sees them.
    `hosts` are the names of each part, `addresses` those of each name."""
    serve, reach = [], []
    for channel in CHANNELS:
        name, part, _, _, place = channel
        users = users_of(channel, hosts)
        port = first_port + place
        peers = [{"name": user, "address": addresses[user]} for user in users if user != host]
        if host in hosts[part] and peers:
            serve.append({"name": name, "port": port, "socket": f"{name}.sock", "peers": peers})
        targets = hosts[part] if name == "gateway-control" else hosts[part][:1]
        for target in targets:
            if host in users and target != host:
                label = f"{name}-{target}" if name == "gateway-control" else name
                reach.append({"name": label, "port": port, "socket": f"{label}.sock", "host": target,
                              "address": addresses[target]})
    return {"serve": serve, "reach": reach}


def controls(host, hosts, run):
    """The control sockets of all gateways on a host, by commas."""
    return ",".join(f"{run}/gateway-control.sock" if gateway == host else f"{run}/gateway-control-{gateway}.sock"
                    for gateway in hosts["gateway"])


def address(variables):
    """Where other hosts reach the host that these variables are of."""
    found = variables.get("tunnel_address") or variables.get("ansible_host") or variables["inventory_hostname"]
    return str(ipaddress.IPv4Address(found))


class FilterModule:
    def filters(self):
        return {"cnop_tunnel": tunnel, "cnop_controls": controls, "cnop_address": address}
