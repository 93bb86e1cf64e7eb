"""People who may sign in: their roles and departments, passwords, sessions, tokens of programs; every change is logged.

Nobody is ever deleted; who left is disabled. Sessions and tokens are kept as digests and end at once when the person
is disabled or gets another password. Failed sign-ins are counted by name and by address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy
from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.store import tables
from goufu.store.engine import Store, reading, writing
from goufu.store.errors import StoreError
from goufu.store.log import log
from goufu.store.passwords import digest, fits, hashed, new_secret
from sqlalchemy import bindparam, delete, func
from sqlmodel import Session, col, select

#: what the roles are called in Chinese and in English, from the least to the most
ROLE_NAMES = {
    "officer": ("经办人", "officer"),
    "reviewer": ("复核人", "reviewer"),
    "administrator": ("管理员", "administrator"),
}
ROLES = tuple(ROLE_NAMES)
#: what a token may do
TOKEN_SCOPES = ("read", "write")
INVITATION_HOURS = 72
#: a session's last use is written down no more often
_NOTED = timedelta(minutes=5)
#: a session that nobody used so long has ended, whatever a server allows
_FORGOTTEN = timedelta(days=60)


class NoSuchPersonError(StoreError):
    """Nobody of that name or number."""


class RefusedError(GoufuError):
    """A sign-in that did not succeed: a wrong name or password, an account that was disabled, a link that was used."""


class TooManyTriesError(RefusedError):
    """Too many failed sign-ins for this name or from this address; it must wait."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person: `departments` are those an officer works for, as budget lines name them."""

    id: int
    name: str
    role: str
    departments: tuple[str, ...]
    disabled: bool
    has_password: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a person's program: `scope` is "read" or "write"."""

    id: int
    person: int
    name: str
    scope: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Tries:
    """How many failed sign-ins are borne for a name and from an address within so many minutes."""

    name: int = 10
    address: int = 30
    minutes: int = 15


def _account(row: tables.PersonRow) -> Account:
    return Account(
        row.id or 0, row.name, row.role, tuple(row.departments), row.disabled, bool(row.password), row.made_at
    )


# ------------------------------------------------------------------------------------------- people


def people(store: Store) -> list[Account]:
    """Everybody, in the order in which they were added."""
    with reading(store) as session:
        return [
            _account(row) for row in session.exec(select(tables.PersonRow).order_by(col(tables.PersonRow.id)))
        ]


def person_named(store: Store, name: str) -> Account:
    """The person of that name. Raises NoSuchPersonError."""
    with reading(store) as session:
        return _account(_row(session, name))


def _row(session: Session, who: str | int) -> tables.PersonRow:
    query = select(tables.PersonRow).with_for_update()
    if isinstance(who, int):
        row = session.exec(query.where(tables.PersonRow.id == who)).first()
    else:
        row = session.exec(query.where(tables.PersonRow.name == tidy_person(who))).first()
    if row is None:
        raise NoSuchPersonError(f"没有人员“{who}”", f"there is no person '{who}'")
    return row


def tidy_person(name: str) -> str:
    """A person's name as it is kept: no control characters, single spaces, at most 60 characters.

    Raises GoufuError where nothing is left.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in sound(name)).split())
    if not plain or len(plain) > 60:
        raise GoufuError("姓名应为 1 至 60 个字符。", "A name takes 1 to 60 characters.")
    return plain


def _checked(role: str, departments: Sequence[str]) -> tuple[str, list[str]]:
    if role not in ROLES:
        raise GoufuError(
            f"没有角色“{role}”；可用 {'、'.join(ROLES)}", f"no role '{role}'; use {', '.join(ROLES)}"
        )
    names = list(dict.fromkeys(d for d in (" ".join(sound(name).split()) for name in departments) if d))
    if role == "officer" and not names:
        raise GoufuError(
            "经办人须指明部门（与预算文件中的部门全称一致）。",
            "An officer needs a department, named as budget documents name it.",
        )
    return role, names


def add_person(
    store: Store,
    name: str,
    role: str,
    departments: Sequence[str] = (),
    by: str = "",
    now: datetime | None = None,
) -> Account:
    """Somebody new, without a password; give them the link of `invite`. Raises GoufuError where the name is taken."""
    name = tidy_person(name)
    role, names = _checked(role, departments)
    with writing(store) as session:
        if session.exec(select(tables.PersonRow.id).where(tables.PersonRow.name == name)).first() is not None:
            raise GoufuError(
                f"已有人员“{name}”；同名的人请加上单位或字母区分",
                f"there is a person '{name}' already; tell them apart by a unit or a letter",
            )
        row = tables.PersonRow(
            name=name, role=role, departments=names, password="", disabled=False, stamp=0,
            made_at=now or datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        log(session, by, "add person", {"person": row.id, "role": role, "departments": names}, now=now)
        return _account(row)


def change_person(
    store: Store, who: str | int, role: str, departments: Sequence[str], by: str, now: datetime | None = None
) -> Account:
    """Give a person another role and departments. Raises GoufuError where no administrator would be left."""
    role, names = _checked(role, departments)
    with writing(store) as session:
        row = _row(session, who)
        if role != "administrator":
            _not_the_last(session, row)
        row.role, row.departments = role, names
        session.add(row)
        log(session, by, "change person", {"person": row.id, "role": role, "departments": names}, now=now)
        return _account(row)


def set_disabled(
    store: Store, who: str | int, disabled: bool, by: str, now: datetime | None = None
) -> Account:
    """Shut a person out at once, or let them in again. Raises GoufuError where no administrator would be left."""
    with writing(store) as session:
        row = _row(session, who)
        if disabled:
            _not_the_last(session, row)
            _end_all(session, row)
        row.disabled = disabled
        session.add(row)
        log(session, by, "disable person" if disabled else "enable person", {"person": row.id}, now=now)
        return _account(row)


def _not_the_last(session: Session, row: tables.PersonRow) -> None:
    others = session.exec(
        select(func.count())
        .select_from(tables.PersonRow)
        .where(
            tables.PersonRow.role == "administrator",
            col(tables.PersonRow.disabled).is_(False),
            tables.PersonRow.id != row.id,
        )
    ).one()
    if row.role == "administrator" and not others:
        raise GoufuError("至少要留一位管理员。", "At least one administrator must be left.")


def _end_all(session: Session, row: tables.PersonRow) -> None:
    """End every session of the person, and every token and link."""
    row.stamp += 1
    for table in (tables.SignedIn, tables.Invitation):
        session.execute(delete(table).where(col(table.person_id) == row.id))


# ------------------------------------------------------------------------------------------- links and passwords


def needs_first(store: Store) -> bool:
    """Whether there is no administrator yet who could sign in."""
    with reading(store) as session:
        found = session.exec(
            select(tables.PersonRow.id).where(
                tables.PersonRow.role == "administrator",
                col(tables.PersonRow.disabled).is_(False),
                tables.PersonRow.password != "",
            )
        ).first()
    return found is None


def invite(store: Store, who: str | int | None, by: str, now: datetime | None = None) -> str:
    """The secret of a link by which a person (None: the first administrator) chooses a password, once, within 72 hours.

    An earlier link of the same person is void.
    """
    now = now or datetime.now(UTC)
    secret = new_secret()
    with writing(store) as session:
        row = None if who is None else _row(session, who)
        person = row.id if row else None
        session.execute(
            delete(tables.Invitation).where(
                col(tables.Invitation.person_id) == person
                if person
                else col(tables.Invitation.person_id).is_(None)
            )
        )
        until = now + timedelta(hours=INVITATION_HOURS)
        session.add(tables.Invitation(digest=digest(secret), person_id=person, until=until))
        log(session, by, "invite", {"person": person or 0}, now=now)
    return secret


def reset_person(store: Store, who: str | int, by: str, now: datetime | None = None) -> str:
    """Void a person's password, sessions and tokens; the secret of a link by which they choose another."""
    with writing(store) as session:
        row = _row(session, who)
        row.password = ""
        _end_all(session, row)
        session.add(row)
        log(session, by, "reset person", {"person": row.id}, now=now)
        number = row.id or 0
    return invite(store, number, by, now)


def invited(store: Store, secret: str, now: datetime | None = None) -> Account | None:
    """Whom a link is for, None for the first administrator. Raises RefusedError where it is void."""
    with reading(store) as session:
        found = _invitation(session, secret, now or datetime.now(UTC))
        return None if found.person_id is None else _account(_row(session, found.person_id))


def _invitation(session: Session, secret: str, now: datetime) -> tables.Invitation:
    found = session.get(tables.Invitation, digest(secret), with_for_update=True)
    if found is None or found.until <= now:
        raise RefusedError(
            "链接已用过或已过期，请管理员重新发一个。",
            "The link was used or is too old; ask for another one.",
        )
    return found


def accept(store: Store, secret: str, password: str, name: str = "", now: datetime | None = None) -> Account:
    """Set the password of whom the link is for; the first administrator is made, with `name`. The link is used up.

    Raises RefusedError where the link is void, GoufuError where the password or name will not do.
    """
    now = now or datetime.now(UTC)
    known = invited(store, secret, now)
    name = known.name if known else tidy_person(name)
    kept = hashed(password, name)
    with writing(store) as session:
        found = _invitation(session, secret, now)
        if found.person_id is None:
            row = session.exec(select(tables.PersonRow).where(tables.PersonRow.name == name)).first()
            if row is not None and row.role != "administrator":
                raise GoufuError(f"已有人员“{name}”", f"there is a person '{name}' already")
            row = row or tables.PersonRow(
                name=name,
                role="administrator",
                departments=[],
                password="",
                disabled=False,
                stamp=0,
                made_at=now,
            )
        else:
            row = _row(session, found.person_id)
            if row.disabled:
                raise RefusedError("账号已停用。", "The account is disabled.")
        session.delete(found)
        session.flush()
        row.password = kept
        row.stamp += 1
        session.add(row)
        session.flush()
        session.execute(delete(tables.SignedIn).where(col(tables.SignedIn.person_id) == row.id))
        log(session, row.name, "set password", {"person": row.id}, now=now)
        return _account(row)


def change_password(store: Store, who: int, old: str, new: str, now: datetime | None = None) -> None:
    """A person's own change of password; ends all their sessions and tokens. Raises RefusedError where `old` is wrong."""
    with reading(store) as session:
        row = _row(session, who)
        name, before = row.name, row.password
    if not fits(old, before):
        raise RefusedError("原密码不对。", "The old password is not right.")
    kept = hashed(new, name)
    with writing(store) as session:
        row = _row(session, who)
        _end_all(session, row)
        row.password = kept
        session.add(row)
        log(session, row.name, "set password", {"person": row.id}, now=now)


def check_password(
    store: Store, name: str, password: str, address: str, tries: Tries, now: datetime | None = None
) -> Account:
    """The person who signs in with a password. The try is counted before it is looked at, so that many at once count too.

    Raises TooManyTriesError, or RefusedError, which does not say which of the two was wrong.
    """
    now = now or datetime.now(UTC)
    try:
        name = tidy_person(name)
    except GoufuError:
        name = ""
    _count(store, name, address, tries, now)
    with reading(store) as session:
        row = session.exec(select(tables.PersonRow).where(tables.PersonRow.name == name)).first()
        account, kept = (_account(row), row.password) if row else (None, "")
    good = fits(password, kept)
    if account is None or not good or account.disabled:
        # a name that nobody bears may be a password typed into the wrong field, so it is not kept
        who, number = (account.name, account.id) if account else ("", 0)
        with writing(store) as session:
            log(session, who, "sign-in refused", {"person": number, "address": address}, now=now)
        raise RefusedError("姓名或密码不对。", "The name or the password is not right.")
    with writing(store) as session:
        session.execute(delete(tables.Attempt).where(col(tables.Attempt.key) == _by_name(name)))
        last = session.exec(
            select(tables.Attempt)
            .where(tables.Attempt.key == _by_address(address))
            .order_by(col(tables.Attempt.id).desc())
        ).first()
        if last is not None:
            session.delete(last)
    return account


def _by_name(name: str) -> str:
    return digest(f"name:{name}")


def _by_address(address: str) -> str:
    return digest(f"address:{address}")


def _count(store: Store, name: str, address: str, tries: Tries, now: datetime) -> None:
    since = now - timedelta(minutes=tries.minutes)
    with writing(store) as session:
        session.execute(delete(tables.Attempt).where(col(tables.Attempt.made_at) < since))
        for key, most in ((_by_name(name), tries.name), (_by_address(address), tries.address)):
            found = session.exec(
                select(func.count()).select_from(tables.Attempt).where(tables.Attempt.key == key)
            ).one()
            if found >= most:
                raise TooManyTriesError(
                    f"失败次数过多，请 {tries.minutes} 分钟后再试。",
                    f"Too many failed sign-ins; try again in {tries.minutes} minutes.",
                )
            session.add(tables.Attempt(key=key, made_at=now))


# ------------------------------------------------------------------------------------------- sessions and tokens


def sign_in(store: Store, person: int, address: str, secret: str, now: datetime | None = None) -> None:
    """Begin a session, which the browser names by `secret`."""
    now = now or datetime.now(UTC)
    with writing(store) as session:
        row = _row(session, person)
        session.execute(delete(tables.SignedIn).where(col(tables.SignedIn.used_at) < now - _FORGOTTEN))
        session.add(
            tables.SignedIn(
                digest=digest(secret),
                person_id=person,
                stamp=row.stamp,
                address=address,
                made_at=now,
                used_at=now,
            )
        )
        log(session, row.name, "sign in", {"person": person, "address": address}, now=now)


#: asked with every page: whose session it is, by columns
_SIGNED_IN = (
    sqlalchemy.select(
        *(col(tables.SignedIn.used_at), col(tables.SignedIn.made_at)),
        col(tables.SignedIn.stamp) == col(tables.PersonRow.stamp),
        *(col(tables.PersonRow.id), col(tables.PersonRow.name), col(tables.PersonRow.role)),
        *(col(tables.PersonRow.departments), col(tables.PersonRow.disabled)),
        *(col(tables.PersonRow.password) != "", col(tables.PersonRow.made_at)),
    )
    .join(tables.PersonRow, col(tables.PersonRow.id) == col(tables.SignedIn.person_id))
    .where(col(tables.SignedIn.digest) == bindparam("digest"))
)


def signed_in(
    store: Store, secret: str, idle_hours: int, hours: int, now: datetime | None = None
) -> Account | None:
    """Who is signed in with the session that `secret` names; None where it ended."""
    now = now or datetime.now(UTC)
    with reading(store) as session:
        found = session.execute(_SIGNED_IN, {"digest": digest(secret)}).first()
    if found is None:
        return None
    used_at, begun_at, is_fresh, number, name, role, departments, disabled, has_password, made_at = found
    old = used_at + timedelta(hours=idle_hours) < now or begun_at + timedelta(hours=hours) < now
    if old or disabled or not is_fresh:
        return None
    account = Account(number, name, role, tuple(departments), disabled, has_password, made_at)
    if now - used_at > _NOTED:
        with writing(store) as session:
            again = session.get(tables.SignedIn, digest(secret))
            if again is not None:
                again.used_at = now
                session.add(again)
    return account


def sign_out(store: Store, secret: str, now: datetime | None = None) -> None:
    """End a session."""
    with writing(store) as session:
        begun = session.get(tables.SignedIn, digest(secret))
        if begun is not None:
            row = _row(session, begun.person_id)
            session.delete(begun)
            log(session, row.name, "sign out", {"person": row.id}, now=now)


def make_token(store: Store, person: int, name: str, scope: str, by: str, now: datetime | None = None) -> str:
    """A token for a program of the person, shown once: "read" reads what the person may, "write" also changes."""
    if scope not in TOKEN_SCOPES:
        raise GoufuError("令牌的权限应为 read 或 write。", "A token's scope is read or write.")
    now = now or datetime.now(UTC)
    secret = f"goufu_{new_secret()}"
    with writing(store) as session:
        row = _row(session, person)
        made = tables.ApiToken(
            person_id=person,
            name=tidy_person(name),
            scope=scope,
            digest=digest(secret),
            stamp=row.stamp,
            made_at=now,
        )
        session.add(made)
        session.flush()
        log(session, by, "make token", {"person": person, "token": made.id, "scope": scope}, now=now)
    return secret


def tokens(store: Store, person: int) -> list[Token]:
    """The tokens of a person that are good."""
    query = (
        select(tables.ApiToken)
        .join(tables.PersonRow, col(tables.PersonRow.id) == col(tables.ApiToken.person_id))
        .where(tables.ApiToken.person_id == person, tables.ApiToken.stamp == tables.PersonRow.stamp)
        .order_by(col(tables.ApiToken.id))
    )
    with reading(store) as session:
        return [Token(t.id or 0, t.person_id, t.name, t.scope, t.made_at) for t in session.exec(query)]


def revoke_token(
    store: Store, token: int, by: str, person: int | None = None, now: datetime | None = None
) -> None:
    """Void a token; only one of `person` where that is given. Raises NoSuchPersonError where there is none."""
    with writing(store) as session:
        found = session.get(tables.ApiToken, token)
        if found is None or (person is not None and found.person_id != person):
            raise NoSuchPersonError("没有这个令牌", "there is no such token")
        session.delete(found)
        log(session, by, "revoke token", {"person": found.person_id, "token": token}, now=now)


def token_person(store: Store, secret: str) -> tuple[Account, str] | None:
    """Whose token it is, and its scope; None where it is void."""
    query = (
        select(tables.ApiToken, tables.PersonRow)
        .join(tables.PersonRow, col(tables.PersonRow.id) == col(tables.ApiToken.person_id))
        .where(tables.ApiToken.digest == digest(secret))
    )
    with reading(store) as session:
        found = session.exec(query).first()
        if found is None or found[1].disabled or found[0].stamp != found[1].stamp:
            return None
        return _account(found[1]), found[0].scope
