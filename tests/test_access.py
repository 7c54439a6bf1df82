"""Who may open and send what? One table: every address of the site, every role. An address without a row fails.

    Y  the page, or the act (also: its refusal in words, as when there is nothing to undo)
    L  to the sign-in page
    N  404, as if it did not exist
    R  403, the role does not let them
    C  409, the review is closed

The last column says what those with Y get once the review is closed. A method that has no line for its address is answered by 405. The
roles are those of tests/world.py: the owner and the arbiter are not review authors, the reviewer and the observer were invited as such.
Static files are no addresses of Django's: WhiteNoise serves them to everybody. The administration's addresses are tested below by one rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from reviewapp.models import Review, User
from tests.world import ROLES, World, undone, world

TABLE = """
address                        made of             method  anonymous outsider owner reviewer arbiter observer  closed

home                           -                   GET     Y         Y        Y     Y        Y       Y         Y
healthz                        -                   GET     Y         Y        Y     Y        Y       Y         Y
keys                           -                   GET     L         Y        Y     Y        Y       Y         Y
keys                           -                   POST    L         Y        Y     Y        Y       Y         Y
review-new                     -                   GET     L         Y        Y     Y        Y       Y         Y
review-new                     -                   POST    L         Y        Y     Y        Y       Y         Y
invitation                     token               GET     Y         Y        Y     Y        Y       Y         Y
invitation                     token               POST    L         Y        Y     Y        Y       Y         Y

review-home                    -                   GET     L         N        Y     Y        Y       Y         Y
review-waiting                 -                   GET     L         N        Y     Y        Y       Y         Y
protocol                       -                   GET     L         N        Y     Y        Y       Y         Y
protocol-edit                  -                   GET     L         N        Y     R        R       R         C
protocol-edit                  -                   POST    L         N        Y     R        R       R         C
review-close                   -                   POST    L         N        Y     R        R       R         C
review-reopen                  -                   POST    L         N        Y     R        R       R         Y
protocol-versions              -                   GET     L         N        Y     Y        Y       Y         Y
team                           -                   GET     L         N        Y     Y        Y       Y         Y
team-invite                    -                   POST    L         N        Y     R        R       R         C
team-revoke                    invitation          POST    L         N        Y     R        R       R         C
team-role                      colleague           GET     L         N        Y     R        R       R         C
team-role                      colleague           POST    L         N        Y     R        R       R         C
team-leave                     colleague           GET     L         N        Y     R        R       R         C
team-leave                     colleague           POST    L         N        Y     R        R       R         C
trail                          -                   GET     L         N        Y     Y        Y       Y         Y
trail-check                    -                   POST    L         N        Y     Y        Y       Y         Y
job                            job                 GET     L         N        Y     Y        Y       Y         Y
start-job-again                job                 POST    L         N        Y     R        R       R         C

screening:searches             -                   GET     L         N        Y     Y        Y       Y         Y
screening:add-search           -                   GET     L         N        Y     Y        R       R         C
screening:add-search           -                   POST    L         N        Y     Y        R       R         C
screening:search-table         -                   GET     L         N        Y     Y        Y       Y         Y
screening:search-table-csv     -                   GET     L         N        Y     Y        Y       Y         Y
screening:search-table-docx    -                   GET     L         N        Y     Y        Y       Y         Y
screening:search               search              GET     L         N        Y     Y        Y       Y         Y
screening:change-search        search              GET     L         N        Y     Y        R       R         C
screening:change-search        search              POST    L         N        Y     Y        R       R         C
screening:drop-search          search              POST    L         N        Y     Y        R       R         C
screening:restore-search       search              POST    L         N        Y     Y        R       R         C
screening:start-import         search              POST    L         N        Y     Y        R       R         C
screening:import-again         search+twin         POST    L         N        Y     Y        R       R         C
screening:add-record           search              GET     L         N        Y     Y        R       R         C
screening:add-record           search              POST    L         N        Y     Y        R       R         C
screening:paste                search              GET     L         N        Y     Y        R       R         C
screening:paste                search              POST    L         N        Y     Y        R       R         C
screening:import               import              GET     L         N        Y     Y        Y       Y         Y
screening:import-report        import              GET     L         N        Y     Y        Y       Y         Y
screening:encoding             import              GET     L         N        Y     Y        R       R         C
screening:encoding             import              POST    L         N        Y     Y        R       R         C
screening:columns              table               GET     L         N        Y     Y        R       R         C
screening:columns              table               POST    L         N        Y     Y        R       R         C
screening:undo-import          import              POST    L         N        Y     Y        R       R         C
screening:restore-import       import              POST    L         N        Y     Y        R       R         C
screening:citations            -                   GET     L         N        Y     Y        Y       Y         Y
screening:citation             citation            GET     L         N        Y     Y        Y       Y         Y
screening:correct-citation     citation            GET     L         N        Y     Y        R       R         C
screening:correct-citation     citation            POST    L         N        Y     Y        R       R         C
screening:withdraw-correction  correction          POST    L         N        Y     Y        R       R         C
screening:find-same            citation            GET     L         N        Y     Y        R       R         C
screening:link-citations       citation+other      GET     L         N        Y     Y        R       R         C
screening:link-citations       citation+other      POST    L         N        Y     Y        R       R         C
screening:take-pair-back       pair                POST    L         N        Y     Y        R       R         C
screening:return               resolved            POST    L         N        Y     R        Y       R         C
screening:undo-return          return              POST    L         N        Y     R        Y       R         C
screening:record-original      record              GET     L         N        Y     Y        Y       Y         Y
screening:remove-one           citation            POST    L         N        Y     Y        R       R         C
screening:removals             -                   GET     L         N        Y     Y        Y       Y         Y
screening:remove               -                   POST    L         N        Y     Y        R       R         C
screening:removal              removal             GET     L         N        Y     Y        Y       Y         Y
screening:put-back             removal             POST    L         N        Y     Y        R       R         C
screening:link-record          record              POST    L         N        Y     Y        R       R         C
screening:split-record         record              POST    L         N        Y     Y        R       R         C
screening:duplicates           -                   GET     L         N        Y     Y        R       R         C
screening:duplicate            pair                GET     L         N        Y     Y        R       R         C
screening:decide-pair          pair                POST    L         N        Y     Y        R       R         C
screening:undo-pair            -                   POST    L         N        Y     Y        R       R         C
screening:find-duplicates      -                   POST    L         N        Y     Y        R       R         C
screening:pair-answers         -                   GET     L         N        Y     Y        R       R         C
screening:duplicates-log       -                   GET     L         N        Y     Y        Y       Y         Y
screening:audits               -                   GET     L         N        Y     Y        Y       Y         Y
screening:draw-audit           -                   POST    L         N        Y     Y        R       R         C
screening:audit                audit               GET     L         N        Y     Y        R       R         C
screening:undo-judgement       audit               POST    L         N        Y     Y        R       R         C
screening:drop-audit           audit               POST    L         N        Y     Y        R       R         C
screening:restore-audit        audit               POST    L         N        Y     Y        R       R         C
screening:audit-answers        audit               GET     L         N        Y     Y        Y       Y         Y
screening:audit-answers-csv    audit               GET     L         N        Y     Y        Y       Y         Y
screening:judge-link           sampled             POST    L         N        Y     Y        R       R         C
screening:withdraw-judgement   sampled             POST    L         N        Y     Y        R       R         C
screening:desk                 title_abstract      GET     L         N        R     Y        R       R         C
screening:labels               -                   GET     L         N        Y     Y        Y       Y         Y
screening:add-label            -                   POST    L         N        Y     Y        R       R         C
screening:change-label         label               POST    L         N        Y     R        R       R         C
screening:merge-label          label               POST    L         N        Y     R        R       R         C
screening:split-label          label               POST    L         N        Y     R        R       R         C
screening:drop-label           label               POST    L         N        Y     R        R       R         C
screening:restore-label        label               POST    L         N        Y     R        R       R         C
screening:terms                -                   GET     L         N        Y     R        R       R         C
screening:terms                -                   POST    L         N        Y     R        R       R         C
screening:put-label            citation+full_text  POST    L         N        R     Y        R       R         C
screening:take-label           citation+full_text+labelled  POST  L  N        R     Y        R       R         C
screening:put-off              citation+full_text  POST    L         N        R     Y        R       R         C
screening:take-up              citation+full_text  POST    L         N        R     Y        R       R         C
screening:list                 title_abstract      GET     L         N        R     Y        R       R         C
screening:arrange              title_abstract      POST    L         N        R     Y        R       R         C
screening:ahead                title_abstract      GET     L         N        R     Y        R       R         C
screening:own-votes            title_abstract      GET     L         N        R     Y        R       R         C
screening:undo                 title_abstract      POST    L         N        R     Y        R       R         C
screening:desk-at              citation+full_text  GET     L         N        R     Y        R       R         C
screening:vote                 citation+full_text  POST    L         N        R     Y        R       R         C
screening:withdraw-vote        citation+full_text  POST    L         N        R     Y        R       R         C
screening:note                 citation+full_text  POST    L         N        R     Y        R       R         C
screening:withdraw-note        note                POST    L         N        R     Y        R       R         C
screening:conflicts            title_abstract      GET     L         N        Y     R        Y       R         C
screening:conflict             conflict+title_abstract  GET   L      N        Y     R        Y       R         C
screening:resolve              conflict+title_abstract  POST  L      N        Y     R        Y       R         C
screening:withdraw-resolution  conflict+title_abstract  POST  L      N        Y     R        Y       R         C
screening:discuss              conflict+title_abstract  POST  L      N        Y     N        Y       N         C
screening:withdraw-remark      remark              POST    L         N        N     N        Y       N         C
screening:together             title_abstract      GET     L         N        R     Y        R       R         C
screening:together-at          conflict+title_abstract  GET   L      N        R     Y        R       R         C
screening:propose              conflict+title_abstract  POST  L      N        R     Y        R       R         C
screening:withdraw-proposal    conflict+title_abstract  POST  L      N        R     Y        R       R         C
screening:sharing              title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:set-sharing          title_abstract      POST    L         N        Y     R        R       R         C
screening:join-partners        title_abstract      POST    L         N        Y     R        R       R         C
screening:end-partners         partners            POST    L         N        Y     R        R       R         C
screening:share-out            title_abstract      POST    L         N        Y     R        R       R         C
screening:end-share            share               POST    L         N        Y     R        R       R         C
screening:apply-votes-needed   title_abstract      POST    L         N        Y     R        R       R         C
screening:pilots               title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:start-pilot          title_abstract      POST    L         N        Y     R        R       R         C
screening:stop-pilot           pilot               POST    L         N        Y     R        R       R         C
screening:override-gate        title_abstract      POST    L         N        Y     R        R       R         C
screening:withdraw-override    title_abstract      POST    L         N        Y     R        R       R         C
screening:progress             -                   GET     L         N        Y     Y        Y       Y         Y
screening:weeks                title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:reminders            -                   GET     L         N        Y     R        R       R         C
screening:agreement            title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:agreement-cell       title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:agreement-csv        title_abstract      GET     L         N        Y     Y        Y       Y         Y
screening:excluded             -                   GET     L         N        Y     Y        Y       Y         Y
screening:excluded-csv         -                   GET     L         N        Y     Y        Y       Y         Y
screening:excluded-docx        -                   GET     L         N        Y     Y        Y       Y         Y
screening:decisions            -                   GET     L         N        Y     Y        Y       Y         Y
screening:decisions-csv        -                   GET     L         N        Y     Y        Y       Y         Y
screening:decisions-ris        -                   GET     L         N        Y     Y        Y       Y         Y
screening:reasons              -                   GET     L         N        Y     Y        Y       Y         Y
screening:add-reason           -                   POST    L         N        Y     R        R       R         C
screening:undo-reason          reason-change       POST    L         N        Y     R        R       R         C
screening:change-reason        reason              POST    L         N        Y     R        R       R         C
screening:move-reason          reason              POST    L         N        Y     R        R       R         C
screening:retire-reason        reason              POST    L         N        Y     R        R       R         C
screening:restore-reason       reason              POST    L         N        Y     R        R       R         C
screening:merge-reason         reason              POST    L         N        Y     R        R       R         C
screening:reports              -                   GET     L         N        Y     Y        Y       Y         Y
screening:attach               report              POST    L         N        Y     Y        R       R         C
screening:mark-retrieved       report              POST    L         N        Y     Y        R       R         C
screening:not-retrieved        report              POST    L         N        Y     Y        R       R         C
screening:seek-again           report              POST    L         N        Y     Y        R       R         C
screening:detach               judged              POST    L         N        Y     Y        R       R         C
screening:attach-again         attachment          POST    L         N        Y     Y        R       R         C
screening:log-attempt          report              POST    L         N        Y     Y        R       R         C
screening:withdraw-attempt     attempt             POST    L         N        Y     Y        R       R         C
screening:restore-attempt      attempt             POST    L         N        Y     Y        R       R         C
screening:document             document            GET     L         N        Y     Y        Y       Y         Y
screening:batches              -                   GET     L         N        Y     Y        R       R         C
screening:send-pdfs            -                   POST    L         N        Y     Y        R       R         C
screening:batch                batch               GET     L         N        Y     Y        R       R         C
screening:apply-batch          batch               POST    L         N        Y     Y        R       R         C
screening:undo-batch           batch               POST    L         N        Y     Y        R       R         C
screening:read-document        document            GET     L         N        Y     Y        Y       Y         Y

extraction:export-citations    format              GET     L         N        Y     Y        Y       Y         Y
extraction:studies             -                   GET     L         N        Y     Y        Y       Y         Y
extraction:study-make          -                   POST    L         N        R     Y        R       R         C
extraction:report-join         -                   POST    L         N        R     Y        R       R         C
extraction:previous-version    -                   GET     L         N        Y     R        R       R         C
extraction:previous-version    -                   POST    L         N        Y     R        R       R         C
extraction:previous-version-withdraw  -            POST    L         N        Y     R        R       R         C
extraction:study               study               GET     L         N        Y     Y        Y       Y         Y
extraction:study-change        study               GET     L         N        R     Y        R       R         C
extraction:study-change        study               POST    L         N        R     Y        R       R         C
extraction:study-drop          study               POST    L         N        R     Y        R       R         C
extraction:study-restore       study               POST    L         N        R     Y        R       R         C
extraction:report-split        study               POST    L         N        R     Y        R       R         C
extraction:report-move         study               POST    L         N        R     Y        R       R         C
extraction:time-add            -                   POST    L         N        Y     Y        R       R         C
extraction:time                time                GET     L         N        Y     Y        R       R         C
extraction:time                time                POST    L         N        Y     Y        R       R         C
extraction:time-drop           time                POST    L         N        Y     Y        R       R         C
extraction:time-restore        time                POST    L         N        Y     Y        R       R         C
extraction:arm-add             study               POST    L         N        R     Y        R       R         C
extraction:arm                 arm                 GET     L         N        R     Y        R       R         C
extraction:arm                 arm                 POST    L         N        R     Y        R       R         C
extraction:arm-drop            arm                 POST    L         N        R     Y        R       R         C
extraction:arm-restore         arm                 POST    L         N        R     Y        R       R         C
extraction:outcomes            -                   GET     L         N        Y     Y        Y       Y         Y
extraction:outcome-define      -                   POST    L         N        Y     Y        R       R         C
extraction:outcome             outcome             GET     L         N        Y     Y        R       R         C
extraction:outcome             outcome             POST    L         N        Y     Y        R       R         C
extraction:outcome-drop        outcome             POST    L         N        Y     Y        R       R         C
extraction:outcome-restore     outcome             POST    L         N        Y     Y        R       R         C
extraction:form                -                   GET     L         N        Y     Y        Y       Y         Y
extraction:form-begin          -                   POST    L         N        Y     Y        R       R         C
extraction:plan                -                   POST    L         N        Y     R        R       R         C
extraction:form-draft          -                   GET     L         N        Y     Y        Y       Y         Y
extraction:form-name           -                   GET     L         N        Y     Y        R       R         C
extraction:form-name           -                   POST    L         N        Y     Y        R       R         C
extraction:form-section-add    -                   POST    L         N        Y     Y        R       R         C
extraction:form-section        section             GET     L         N        Y     Y        R       R         C
extraction:form-section        section             POST    L         N        Y     Y        R       R         C
extraction:form-question-add   section             GET     L         N        Y     Y        R       R         C
extraction:form-question-add   section             POST    L         N        Y     Y        R       R         C
extraction:form-question       question            GET     L         N        Y     Y        R       R         C
extraction:form-question       question            POST    L         N        Y     Y        R       R         C
extraction:form-step           -                   POST    L         N        Y     Y        R       R         C
extraction:form-undo           -                   POST    L         N        Y     Y        R       R         C
extraction:form-pack           -                   POST    L         N        Y     Y        R       R         C
extraction:form-import         -                   POST    L         N        Y     Y        R       R         C
extraction:form-use            -                   POST    L         N        Y     Y        R       R         C
extraction:form-draft-drop     -                   POST    L         N        Y     Y        R       R         C
extraction:form-draft-restore  -                   POST    L         N        Y     Y        R       R         C
extraction:form-version        version             GET     L         N        Y     Y        Y       Y         Y
extraction:form-preview        version             GET     L         N        Y     Y        Y       Y         Y
extraction:form-json           version             GET     L         N        Y     Y        Y       Y         Y
extraction:codebook-csv        version             GET     L         N        Y     Y        Y       Y         Y
extraction:codebook-json       version             GET     L         N        Y     Y        Y       Y         Y
extraction:data-csv            -                   GET     L         N        Y     Y        Y       Y         Y
extraction:field-agreement     -                   GET     L         N        Y     Y        Y       Y         Y
extraction:agreement-csv       -                   GET     L         N        Y     Y        Y       Y         Y
extraction:sheet-verify        study               POST    L         N        R     Y        R       R         C
extraction:sheet-renew         differing           POST    L         N        R     Y        R       R         C
extraction:sheet-convert       study               POST    L         N        R     Y        R       R         C
extraction:sheet-doubt         study               POST    L         N        R     Y        R       R         C
extraction:agreement-doubt     differing           POST    L         N        Y     Y        Y       R         C
extraction:doubt-again         differing+stands    POST    L         N        Y     Y        Y       R         C
extraction:sheet               study               GET     L         N        Y     Y        Y       Y         Y
extraction:sheet               study               POST    L         N        R     Y        R       R         C
extraction:sheet-start         study               POST    L         N        R     Y        R       R         C
extraction:sheet-submit        study               POST    L         N        R     Y        R       R         C
extraction:sheet-reopen        study               POST    L         N        R     Y        R       R         C
extraction:sheet-withdraw      study               POST    L         N        R     Y        R       R         C
extraction:sheet-agreement     differing           GET     L         N        Y     Y        Y       Y         Y
extraction:sheet-agreement     differing           POST    L         N        Y     Y        Y       R         C
extraction:sheet-agreement-reopen  agreed          POST    L         N        Y     Y        Y       R         C
extraction:bias                study+rob1          GET     L         N        Y     Y        Y       Y         Y
extraction:bias                study+rob1          POST    L         N        R     Y        R       R         C
extraction:bias                study+rob2          GET     L         N        Y     Y        Y       Y         Y
extraction:bias                study+rob2          POST    L         N        R     Y        R       R         C
extraction:bias-start          study+rob2          POST    L         N        R     Y        R       R         C
extraction:bias-agreement      differing+rob2      GET     L         N        Y     Y        Y       Y         Y
extraction:bias-tools          -                   GET     L         N        Y     Y        Y       Y         Y
extraction:bias-plan           -                   POST    L         N        Y     R        R       R         C
extraction:bias-studies        -                   POST    L         N        R     Y        R       R         C
extraction:bias-import         -                   POST    L         N        R     Y        R       R         C
extraction:bias-carry          study+rob2          POST    L         N        R     Y        R       R         C
extraction:tool-begin          -                   POST    L         N        Y     R        R       R         C
extraction:tool-import         -                   POST    L         N        Y     R        R       R         C
extraction:tool-draft          own-tool            GET     L         N        Y     R        R       R         C
extraction:tool-draft          own-tool            POST    L         N        Y     R        R       R         C
extraction:tool-change         own-tool            POST    L         N        Y     R        R       R         C
extraction:tool-drop           own-tool            POST    L         N        Y     R        R       R         C
extraction:tool-restore        discarded-tool      POST    L         N        Y     R        R       R         C
extraction:tool-json           rob1                GET     L         N        Y     Y        Y       Y         Y
extraction:bias-tool           rob1                GET     L         N        Y     Y        Y       Y         Y
extraction:bias-start          study+rob1          POST    L         N        R     Y        R       R         C
extraction:bias-submit         study+rob1          POST    L         N        R     Y        R       R         C
extraction:bias-reopen         study+rob1          POST    L         N        R     Y        R       R         C
extraction:bias-withdraw       study+rob1          POST    L         N        R     Y        R       R         C
extraction:bias-agreement      differing+rob1      GET     L         N        Y     Y        Y       Y         Y
extraction:bias-agreement      differing+rob1      POST    L         N        Y     Y        Y       R         C
extraction:bias-agreement-reopen  agreed+rob1      POST    L         N        Y     Y        Y       R         C

analysis:analyses              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:plan                  -                   GET     L         N        Y     Y        R       R         C
analysis:plan                  -                   POST    L         N        Y     Y        R       R         C
analysis:analysis              analysis            GET     L         N        Y     Y        Y       Y         Y
analysis:change-plan           analysis            GET     L         N        Y     Y        R       R         C
analysis:change-plan           analysis            POST    L         N        Y     Y        R       R         C
analysis:drop-analysis         analysis            POST    L         N        Y     Y        R       R         C
analysis:restore-analysis      analysis            POST    L         N        Y     Y        R       R         C
analysis:doubt                 analysis            POST    L         N        Y     Y        R       R         C
analysis:doubt-again           analysis+stands     POST    L         N        Y     Y        R       R         C
analysis:request-run           analysis            POST    L         N        Y     Y        R       R         C
analysis:investigate           analysis            POST    L         N        Y     Y        R       R         C
analysis:drop-investigation    investigation       POST    L         N        Y     Y        R       R         C
analysis:restore-investigation  investigation      POST    L         N        Y     Y        R       R         C
analysis:run                   run                 GET     L         N        Y     Y        Y       Y         Y
analysis:freeze-run            run                 POST    L         N        Y     Y        R       R         C
analysis:unfreeze-run          run                 POST    L         N        Y     Y        R       R         C
analysis:figure                run+figure          GET     L         N        Y     Y        Y       Y         Y
analysis:figure-svg            run+figure          GET     L         N        Y     Y        Y       Y         Y
analysis:figure-png            run+figure          GET     L         N        Y     Y        Y       Y         Y
analysis:figure-pdf            run+figure          GET     L         N        Y     Y        Y       Y         Y
analysis:history-svg           analysis            GET     L         N        Y     Y        Y       Y         Y
analysis:history-png           analysis            GET     L         N        Y     Y        Y       Y         Y
analysis:history-pdf           analysis            GET     L         N        Y     Y        Y       Y         Y
analysis:run-json              run                 GET     L         N        Y     Y        Y       Y         Y
analysis:revman-5              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:revman-web            -                   GET     L         N        Y     Y        Y       Y         Y
analysis:text                  -                   GET     L         N        Y     Y        Y       Y         Y
analysis:text-docx             -                   GET     L         N        Y     Y        Y       Y         Y
analysis:text-txt              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:takeovers             -                   GET     L         N        Y     Y        Y       Y         Y
analysis:takeovers             -                   POST    L         N        Y     Y        R       R         C
analysis:takeover              takeover            GET     L         N        Y     Y        Y       Y         Y
analysis:take-over             takeover            POST    L         N        Y     Y        R       R         C
analysis:undo-takeover         takeover            POST    L         N        Y     Y        R       R         C
analysis:archives              -                   GET     L         N        Y     R        R       R         Y
analysis:archives              -                   POST    L         N        Y     R        R       R         Y
analysis:archive               archive             GET     L         N        Y     R        R       R         Y
analysis:findings              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:findings-docx         -                   GET     L         N        Y     Y        Y       Y         Y
analysis:findings-csv          -                   GET     L         N        Y     Y        Y       Y         Y
analysis:findings-html         -                   GET     L         N        Y     Y        Y       Y         Y
analysis:add-finding           analysis            POST    L         N        Y     Y        R       R         C
analysis:certainty             finding             GET     L         N        Y     Y        Y       Y         Y
analysis:drop-finding          finding             POST    L         N        Y     Y        R       R         C
analysis:assume-risk           finding             POST    L         N        Y     Y        R       R         C
analysis:rate                  finding             POST    L         N        R     Y        R       R         C
analysis:withdraw-rating       finding             POST    L         N        R     Y        R       R         C
analysis:agree-rating          finding             POST    L         N        Y     Y        Y       R         C
analysis:reopen-rating         finding             POST    L         N        Y     Y        Y       R         C
analysis:bias-figures          -                   GET     L         N        Y     Y        Y       Y         Y
analysis:bias-figure           rob2key             GET     L         N        Y     Y        Y       Y         Y
analysis:bias-lights           rob2key+svg         GET     L         N        Y     Y        Y       Y         Y
analysis:bias-summary          rob2key+svg         GET     L         N        Y     Y        Y       Y         Y
analysis:bias-robvis           rob2key             GET     L         N        Y     Y        Y       Y         Y
analysis:packages              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:packages              -                   POST    L         N        Y     Y        Y       Y         Y
analysis:package               package             GET     L         N        Y     Y        Y       Y         Y
analysis:standards             -                   GET     L         N        Y     Y        Y       Y         Y
analysis:standards-csv         -                   GET     L         N        Y     Y        Y       Y         Y
analysis:standards-docx        -                   GET     L         N        Y     Y        Y       Y         Y
analysis:override              standard            POST    L         N        Y     R        R       R         C
analysis:withdraw-override     standard            POST    L         N        Y     R        R       R         C
analysis:flow                  -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-svg              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-png              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-pdf              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-docx             -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-csv              -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-json             -                   GET     L         N        Y     Y        Y       Y         Y
analysis:flow-list             flow                GET     L         N        Y     Y        Y       Y         Y
analysis:flow-list-csv         flow                GET     L         N        Y     Y        Y       Y         Y
analysis:flow-list-ris         flow                GET     L         N        Y     Y        Y       Y         Y
"""

# Signing in, the password and the second factor are allauth's: each works on the person who is signed in, and knows no review.
# Open to all are those by which one gets in; the others ask to sign in first.
ALLAUTH_OPEN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",  # both answered by a page that says whom to ask, where no mail is sent
    "account_email",
    "account_email_verification_sent",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
}
ALLAUTH_SIGNED_IN = {
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}


@dataclass(frozen=True)
class Row:
    """One address and method, and the letter that each role gets."""

    address: str
    made_of: str
    method: str
    letters: dict[str, str]
    closed: str

    def url(self, world: World) -> str:
        kwargs = {} if "slug" not in NEEDS[self.address] else {"slug": world.review.slug}
        for thing in self.made_of.split("+"):
            kwargs |= world.things[thing] if thing != "-" else {}
        return reverse(self.address, kwargs=kwargs)


def rows() -> list[Row]:
    found = []
    for line in TABLE.strip().splitlines()[1:]:
        if line.strip():
            address, made_of, method, *letters, closed = line.split()
            found.append(Row(address, made_of, method, dict(zip(ROLES, letters, strict=True)), closed))
    return found


def addresses(
    patterns: list[Any], namespace: str = "", needs: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """The name of every address below these patterns, and the arguments that it is made of."""
    for each in patterns:
        here = needs | set(each.pattern.converters)
        if isinstance(each, URLResolver):
            yield from addresses(
                each.url_patterns, f"{namespace}{each.namespace}:" if each.namespace else namespace, here
            )
        elif isinstance(each, URLPattern):
            yield f"{namespace}{each.name}", here


def without_a_row(patterns: list[Any]) -> set[str]:
    """The addresses that the table does not speak of."""
    spoken_of = {row.address for row in rows()} | ALLAUTH_OPEN | ALLAUTH_SIGNED_IN
    return {name for name, _ in addresses(patterns) if name not in spoken_of and not name.startswith("admin:")}


pytestmark = pytest.mark.django_db
ROWS = rows()
NEEDS = dict(addresses(get_resolver().url_patterns))


@pytest.fixture(scope="module")
def here(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, built once for all rows; what a request does is undone after it."""
    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviewapp.jobs.HEARTBEAT_EVERY", 3600)
        yield world()


@pytest.fixture(scope="module")
def clients(here: World) -> dict[str, Client]:
    return {role: here.client(role) for role in ROLES}


def send(client: Client, method: str, url: str) -> HttpResponse:
    """The answer, with all that it changed undone."""
    with undone():
        return client.generic(method, url, content_type="application/x-www-form-urlencoded")


def letter(answer: HttpResponse) -> str:
    """The answer as the table writes it."""
    status = answer.status_code
    if status == 302 and answer["Location"].startswith(reverse("account_login")):
        return "L"
    if status == 401:  # a form of who is signed out, handed back beside the way to sign in
        return "L"
    if status == 409 and b"This review is closed" in answer.content:
        return "C"
    named = {403: "R", 404: "N", 405: "405"}
    return named.get(status) or ("Y" if status < 400 or status in (409, 422) else str(status))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert without_a_row(get_resolver().url_patterns) == set()
    assert {row.address for row in ROWS} | ALLAUTH_OPEN | ALLAUTH_SIGNED_IN <= set(NEEDS)


def test_an_address_without_a_row_is_found() -> None:
    planted = [*get_resolver().url_patterns, path("reviews/<slug:slug>/votes.csv", lambda request: None, name="votes")]
    assert without_a_row(planted) == {"votes"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.address}")
def test_each_role_gets_what_the_table_says(row: Row, here: World, clients: dict[str, Client]) -> None:
    got = {role: letter(send(clients[role], row.method, row.url(here))) for role in ROLES}
    assert got == row.letters


@pytest.mark.once
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.address}")
def test_a_closed_review_can_be_read_and_not_changed(row: Row, here: World, clients: dict[str, Client]) -> None:
    with undone():
        Review.objects.filter(pk=here.review.pk).update(state=Review.State.CLOSED)
        for role, open_letter in row.letters.items():
            expected = row.closed if open_letter == "Y" else open_letter
            assert (role, letter(send(clients[role], row.method, row.url(here)))) == (role, expected)


@pytest.mark.once
@pytest.mark.parametrize("address", sorted({row.address for row in ROWS}))
def test_a_method_without_a_line_is_refused(address: str, here: World, clients: dict[str, Client]) -> None:
    known = {row.method for row in ROWS if row.address == address}
    row = next(row for row in ROWS if row.address == address)
    for method in {"GET", "POST", "PUT", "DELETE"} - known:
        for role in ("anonymous", "owner", "reviewer"):
            assert letter(send(clients[role], method, row.url(here))) in {"405"}, (method, role)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if NEEDS[row.address] >= {"slug", "pk"}], ids=lambda row: f"{row.method} {row.address}"
)
def test_what_is_in_one_review_does_not_exist_in_another(row: Row, here: World, clients: dict[str, Client]) -> None:
    url = row.url(here).replace(f"/{here.review.slug}/", f"/{here.other.review.slug}/")
    assert letter(send(clients["outsider"], row.method, url)) == "N"


@pytest.mark.parametrize("address", sorted(ALLAUTH_SIGNED_IN))
def test_the_account_asks_to_sign_in(address: str, here: World, clients: dict[str, Client]) -> None:
    for method in ("GET", "POST"):
        assert letter(send(clients["anonymous"], method, reverse(address))) in {"L", "405"}


@pytest.mark.parametrize("address", sorted(ALLAUTH_OPEN))
def test_getting_in_is_open_to_all(address: str, here: World, clients: dict[str, Client]) -> None:
    kwargs = {"key": "1-2"} if "confirm_email" in address else {"uidb36": "1", "key": "2"} if "_key" in address else {}
    url = reverse(address, kwargs=kwargs if not address.endswith("done") else {})
    assert send(clients["anonymous"], "GET", url).status_code in (200, 302)


def test_the_administration_lets_in_superusers_alone(here: World, clients: dict[str, Client]) -> None:
    with undone():
        root = Client()
        root.force_login(User.objects.create_superuser("root@example.org", "correct horse battery", name="Root"))
        for name in ("admin:index", "admin:reviewapp_user_changelist", "admin:reviewapp_review_changelist"):
            assert root.get(reverse(name)).status_code == 200
            for role in ROLES:
                answer = send(clients[role], "GET", reverse(name))
                assert answer.status_code == 302
                assert answer["Location"].startswith((reverse("admin:login"), reverse("account_login")))


def test_the_administration_knows_people_and_reviews_and_no_votes() -> None:
    models = {name.split("_changelist")[0] for name in NEEDS if name.endswith("_changelist")}
    assert models == {"admin:reviewapp_user", "admin:reviewapp_review", "admin:mfa_authenticator"}
