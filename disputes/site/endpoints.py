"""All pages for customers."""

from fastapi import APIRouter, Depends

from disputes.edge.origins import from_own_pages
from disputes.site import chat_files, complaint, dev_mail, my_cases, shop, status

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_own_pages)])
for part in (shop, chat_files, complaint, status, my_cases, dev_mail):
    router.include_router(part.router)
