"""Where something may be sent: every spelling of a private address is refused, as it is written or as it resolves."""

from ipaddress import ip_network

import pytest

from domain.destinations.addresses import NotAllowed, Target, check_address, networks_of, secret_in, target_of

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.192", "192.168.1.1",
    "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:4136:e378::", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1",
]  # fmt: skip
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1",
    "224.0.0.1",
    "0.0.0.0",
    "fd00:ec2::254",
    "168.63.129.16",
]
EVERYWHERE = [ip_network("0.0.0.0/0"), ip_network("::/0")]

ODD = {
    "http://hooks.example/x": "https alone",
    "ftp://hooks.example/x": "https alone",
    "hooks.example": "https alone",
    "https://": "no host",
    "https:///x": "no host",
    "https://user@hooks.example/": "before the @",
    "https://user:secret@hooks.example/": "before the @",
    "https://hooks.example@10.0.0.1/": "before the @",
    "https://hooks.example/#part": "follows the #",
    "https://hooks.example./x": "dot at the end",
    "https://localhost./x": "dot at the end",
    "https://127.0.0.1./x": "dot at the end",
    "https://2130706433/": "another spelling",
    "https://0x7f000001/": "another spelling",
    "https://0x7f.1/": "another spelling",
    "https://0177.0.0.1/": "another spelling",
    "https://127.1/": "another spelling",
    "https://127.0.0.01/": "another spelling",
    "https://[0:0:0:0:0:0:0:1]/": "another spelling",
    "https://[::FFFF:127.0.0.1]/": "another spelling",
    "https://[fe80::1%25eth0]/": "another spelling",
    "https://hooks.example:0/": "a number from 1",
    "https://hooks.example:/": "a number from 1",
    "https://hooks.example:99999/": "no address",
    "https://hooks.example:x/": "no address",
    "https://hooks example/": "a blank",
    "https://hooks.example/\r\nX: y": "a blank",
    "https://hooks.example\\@10.0.0.1/": "a blank",
    "https://hooks.ex\N{FULLWIDTH DIGIT ONE}mple/": "a blank",
    "https://\N{CIRCLED DIGIT ONE}27.0.0.1/": "a blank",
    "https://-hooks.example/": "no host",
    "https://hooks_.example/": "no host",
    f"https://hooks.example/{'x' * 500}": "at most 500",
    "": "https://HOST/PATH",
}  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_reached_however_it_is_written(address: str) -> None:
    with pytest.raises(NotAllowed):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_an_address_of_the_public_network_is_reached(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize("address", NEVER)
def test_no_setting_allows_link_local_and_metadata_addresses(address: str) -> None:
    with pytest.raises(NotAllowed, match="metadata"):
        check_address(address, EVERYWHERE)


def test_an_operator_allows_private_networks_by_name() -> None:
    allowed = networks_of("10.1.2.0/24, fd12::/64 127.0.0.1", "A_SETTING")
    for address in ("10.1.2.9", "::ffff:10.1.2.9", "fd12::1", "127.0.0.1"):
        check_address(address, allowed)
    for address in ("10.1.3.1", "fd13::1", "127.0.0.2"):
        with pytest.raises(NotAllowed):
            check_address(address, allowed)


@pytest.mark.parametrize("setting", ["10.1.2.3/24", "everything", "10.0.0.0/33"])
def test_a_setting_that_names_no_network_is_refused_by_its_name(setting: str) -> None:
    with pytest.raises(NotAllowed, match=r"A_SETTING: .* write networks like 10\.1\.2\.0/24"):
        networks_of(setting, "A_SETTING")


@pytest.mark.parametrize(("address", "said"), ODD.items())
def test_an_address_in_an_odd_spelling_is_refused_in_words(address: str, said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        target_of(address)


def test_an_address_is_read_into_host_port_and_path() -> None:
    assert target_of("https://Hooks.Example/a?b=c") == Target("hooks.example", 443, "/a?b=c")
    assert target_of("https://hooks.example:8443") == Target("hooks.example", 8443, "/")
    assert target_of("https://[2606:4700::1111]/").authority == "[2606:4700::1111]"
    assert target_of("https://hooks.example:8443/x").authority == "hooks.example:8443"
    assert target_of("https://xn--hks-1ra.example/").host == "xn--hks-1ra.example"


def test_capital_letters_are_no_other_spelling() -> None:
    assert target_of("https://[FD12::A]/x") == target_of("https://[fd12::a]/x")
    assert target_of("https://HOOKS.example/x").host == "hooks.example"


def test_a_parameter_that_is_named_like_a_secret_is_found() -> None:
    for name in ("token", "access_token", "Api-Key", "key", "x-sig", "signature", "code", "password", "client_secret"):
        assert secret_in(f"https://hooks.example/in?tenant=2&{name}=") == name
    assert secret_in("https://hooks.example/in?tenant=2&encoding=x&keyboard=y&monkey=z") is None
