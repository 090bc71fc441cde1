"""All pages for staff."""

from fastapi import APIRouter, Depends

from disputes.desk import (
    account,
    admin,
    admin_audit,
    admin_staff,
    board,
    cases,
    chat_acts,
    chat_files,
    chat_reach,
    chats,
    filing,
    investigation,
    mails,
    mediation,
    neutral,
    offers,
    provider,
    records,
    replies,
    search,
    sign_in,
    tasks,
    teach,
    two_step,
)
from disputes.desk.access import administering, at_the_desk, managing, setting_up
from disputes.edge.origins import from_own_pages

PREFIX = "/desk"

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_own_pages)])
router.include_router(sign_in.router, prefix=PREFIX)
router.include_router(provider.router, prefix=PREFIX)
router.include_router(account.router, prefix=PREFIX)
for open_early in (account.always, two_step.router):
    router.include_router(open_early, prefix=PREFIX, dependencies=[Depends(setting_up)])
for part in (
    chats,
    chat_acts,
    chat_files,
    chat_reach,
    replies,
    filing,
    cases,
    investigation,
    offers,
    tasks,
    mails,
    mediation,
    board,
    search,
    teach,
):
    router.include_router(part.router, prefix=PREFIX, dependencies=[Depends(at_the_desk)])
router.include_router(records.router, prefix=PREFIX, dependencies=[Depends(managing)])
router.include_router(teach.exports, prefix=PREFIX, dependencies=[Depends(managing)])
router.include_router(admin.router, prefix=PREFIX, dependencies=[Depends(managing)])
for part in (admin_staff, admin_audit):
    router.include_router(part.router, prefix=PREFIX, dependencies=[Depends(administering)])
router.include_router(neutral.router, prefix=PREFIX, dependencies=[Depends(neutral.neutral_only)])
