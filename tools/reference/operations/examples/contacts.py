"""Examples of `email_addresses` and `phone_numbers`."""

from __future__ import annotations

from clerkkit import Clerk


def create_email_address(clerk: Clerk) -> None:
    address = clerk.email_addresses.create(
        user_id="user_bob", email_address="bob@work.example", verified=True, primary=True
    )
    print(address.email_address)


def get_email_address(clerk: Clerk) -> None:
    address = clerk.email_addresses.get("idn_ada")
    print(address.email_address)


def update_email_address(clerk: Clerk) -> None:
    address = clerk.email_addresses.update("idn_ada_work", verified=True, primary=True)
    print(address.email_address)


def delete_email_address(clerk: Clerk) -> None:
    deleted = clerk.email_addresses.delete("idn_ada_work")
    print(deleted.id, deleted.deleted)


def prepare_email_address_verification(clerk: Clerk) -> None:
    verification = clerk.email_addresses.prepare_verification("idn_ada_work")
    print(verification.status)


def attempt_email_address_verification(clerk: Clerk) -> None:
    sent = clerk.email_addresses.prepare_verification("idn_ada_work")
    verification = clerk.email_addresses.attempt_verification("idn_ada_work", verification_id=sent.id, code="424242")
    print(verification.status)


def replace_user_email_address(clerk: Clerk) -> None:
    address = clerk.email_addresses.replace_for_user("user_bob", email_address="bob@work.example")
    print(address.email_address)


def create_phone_number(clerk: Clerk) -> None:
    number = clerk.phone_numbers.create(user_id="user_bob", phone_number="+15555550102", verified=True)
    print(number.phone_number)


def get_phone_number(clerk: Clerk) -> None:
    number = clerk.phone_numbers.get("idn_ada_phone")
    print(number.phone_number)


def update_phone_number(clerk: Clerk) -> None:
    number = clerk.phone_numbers.update("idn_ada_mobile", verified=True, primary=True)
    print(number.phone_number)


def delete_phone_number(clerk: Clerk) -> None:
    deleted = clerk.phone_numbers.delete("idn_ada_mobile")
    print(deleted.id, deleted.deleted)


def prepare_phone_number_verification(clerk: Clerk) -> None:
    verification = clerk.phone_numbers.prepare_verification("idn_ada_mobile")
    print(verification.status)


def attempt_phone_number_verification(clerk: Clerk) -> None:
    sent = clerk.phone_numbers.prepare_verification("idn_ada_mobile")
    verification = clerk.phone_numbers.attempt_verification("idn_ada_mobile", verification_id=sent.id, code="424242")
    print(verification.status)


def replace_user_phone_number(clerk: Clerk) -> None:
    number = clerk.phone_numbers.replace_for_user("user_ada", phone_number="+15555550102")
    print(number.phone_number)
