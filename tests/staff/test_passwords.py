"""Which passwords are taken: long ones that nobody guesses first, whole to the last character."""

import pytest
from argon2 import extract_parameters

from campaign.staff import passwords

GOOD = [
    "four plain words suffice",
    "chosen and long",
    "горы и реки за окном",
    "bicicleta nube ladrillo",
    "x9#Lq2!vT7@w",
    "        leading spaces stay mine",
    "🐝🌵🐙🎈🍉🚲🏔️🧭🎻🧵🪁🛶",
]
COMMON = ["password1234", "passwordpassword", "qwertyuiop[]", "1234567890abc", "iloveyou1234", "aaaaaaaaaaaaaaaa"]
COMMON += ["Passw0rd!2027", "letmeinletmein", "abcabcabcabcabc", "correcthorse"]
OWN = ["staff@example.org", "staff.example.org1", "AnnaSample2027", "fromslaverytofreedom", "From Slavery to Freedom!"]
OWN += ["anna.sample.anna", "campaign.example"]
ABOUT = ["staff@example.org", "Anna Sample", "From Slavery to Freedom", "campaign.example"]


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_of_any_kind_is_taken(password):
    assert passwords.refusal(password, ABOUT) is None


@pytest.mark.parametrize("password", COMMON)
def test_one_that_is_guessed_first_is_refused(password):
    assert "guessed first" in (passwords.refusal(password, ABOUT) or "")


@pytest.mark.parametrize("password", OWN)
def test_one_made_of_the_persons_own_words_or_the_campaigns_is_refused(password):
    assert "made of your own" in (passwords.refusal(password, ABOUT) or "")


@pytest.mark.parametrize("password", ["short", "x" * 11, "é" * 129, "four plain words suffice" * 6])
def test_one_that_is_too_short_or_too_long_is_refused_by_its_length(password):
    assert passwords.refusal(password, ABOUT) == "Please use 12 to 128 characters."


@pytest.mark.gate("S13", quick=2, full=128)
def test_every_character_counts_to_the_last(size):
    whole = "".join(chr(0x4E00 + 7 * n) for n in range(128))  # three bytes each: 384 in all
    kept = passwords.hashed(whole)
    assert passwords.fits(kept, whole)
    for at in range(128 - size, 128):
        assert not passwords.fits(kept, whole[:at] + "x" + whole[at + 1 :]), at
    assert not passwords.fits(kept, whole[:-1]) and not passwords.fits(kept, whole + "x")


def test_the_hash_is_argon2id_as_owasp_asks():
    kept = extract_parameters(passwords.hashed(GOOD[0]))
    assert kept.type.name == "ID" and kept.memory_cost >= 19 * 1024 and kept.time_cost >= 2


def test_two_keyboards_that_spell_an_accent_differently_open_the_same_door():
    assert passwords.fits(passwords.hashed("caf\u00e9 con leche y pan"), "cafe\u0301 con leche y pan")


def test_where_there_is_no_password_none_fits_and_it_takes_as_long():
    assert not passwords.hasher.check_needs_rehash(passwords.NOBODY)
    for password in ("", "nobody has this password"):
        assert not passwords.fits("", password)
