"""The closed list of acts that the audit trail knows, each with the words that staff read."""

from enum import StrEnum


class Act(StrEnum):
    """What somebody did. A value stays for as long as rows are kept; words may change."""

    TRAIL_BEGUN = "trail.begun"
    SIGNED_IN = "door.signed-in"
    SIGNED_IN_BY_LINK = "door.signed-in-by-link"
    SIGN_IN_FAILED = "door.failed"
    SIGNED_OUT = "door.signed-out"
    LINK_MADE = "account.link-made"
    PASSWORD_CHOSEN = "account.password-chosen"  # noqa: S105 (a name)
    CODE_WRONG = "account.code-wrong"
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_DISABLED = "account.disabled"
    INVITATION_TAKEN = "door.invitation-taken"
    PROVED = "door.proved"
    PROOF_FAILED = "door.proof-failed"
    ACCOUNT_SET_UP = "account.set-up"
    APP_REPLACED = "account.app-replaced"
    RECOVERY_CODES_MADE = "account.recovery-codes-made"
    SESSION_ENDED = "account.session-ended"
    SESSIONS_ENDED = "account.sessions-ended"
    ACCOUNT_INVITED = "account.invited"
    INVITED_AGAIN = "account.invited-again"
    ROLE_CHANGED = "account.role-changed"
    ACCOUNT_BROUGHT_BACK = "account.brought-back"
    ACCOUNT_STARTED_OVER = "account.started-over"
    ACCOUNT_SIGNED_OUT = "account.signed-out"
    LETTER_READ = "letter.read"
    LETTER_SENT_AGAIN = "letter.sent-again"
    LETTERS_RELEASED = "letters.released"
    PLEDGE_BEGUN = "pledge.begun"
    PLEDGE_CHANGED = "pledge.changed"
    PLEDGE_WORDS_WRITTEN = "pledge.words-written"
    PLEDGE_OPENED = "pledge.opened"
    PLEDGE_CLOSED = "pledge.closed"
    SIGNATURES_EXPORTED = "signatures.exported"
    SIGNATURE_PASSED = "signature.passed"
    SIGNATURE_REFUSED = "signature.refused"
    SIGNATURES_SET_ASIDE = "signatures.set-aside"
    SIGNATURES_RESTORED = "signatures.restored"
    CODE_MADE = "code.made"
    CODE_RETARGETED = "code.retargeted"
    CODE_RETIRED = "code.retired"
    CODE_BROUGHT_BACK = "code.brought-back"
    LIMIT_LIFTED = "code.limit-lifted"
    LIMIT_LOWERED = "code.limit-lowered"
    PARTNER_ADDED = "partner.added"
    PARTNER_TEXTS_WRITTEN = "partner.texts-written"
    PARTNER_SAID = "partner.said"
    PARTNER_LOGO_PUT = "partner.logo-put"
    PARTNER_LOGO_REMOVED = "partner.logo-removed"
    PARTNER_PAUSED = "partner.paused"
    PARTNER_RESUMED = "partner.resumed"
    PARTNER_RETIRED = "partner.retired"
    PARTNER_LEFT = "partner.left"
    PARTNER_JOINED_AGAIN = "partner.joined-again"
    PARTNER_TAKEN_OUT = "partner.taken-out"
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_TURNED_DOWN = "application.turned-down"
    SUPPORTERS_TAKEN = "partner.supporters-taken"
    REMOVALS_CONFIRMED = "partner.removals-confirmed"
    PLACE_ADDED = "place.added"
    PLACE_CHANGED = "place.changed"
    PLACE_RETIRED = "place.retired"
    PLACE_BROUGHT_BACK = "place.brought-back"
    PLACES_MERGED = "places.merged"
    PLACES_BROUGHT_IN = "places.brought-in"
    PLACES_EXPORTED = "places.exported"
    PRINT_ORDERED = "print.ordered"
    PRINT_SIGNED_OFF = "print.signed-off"
    PRINT_TRIED_AGAIN = "print.tried-again"
    PRINT_DISCARDED = "print.discarded"
    EVENT_BEGUN = "event.begun"
    EVENT_CHANGED = "event.changed"
    EVENT_WORDS_WRITTEN = "event.words-written"
    EVENT_QUESTIONS_WRITTEN = "event.questions-written"
    EVENT_PUBLISHED = "event.published"
    EVENT_COPIED = "event.copied"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_PICTURE_PUT = "event.picture-put"
    EVENT_PICTURE_REMOVED = "event.picture-removed"
    RSVPS_CLOSED = "event.rsvps-closed"
    RSVPS_OPENED = "event.rsvps-opened"
    EVENT_PROPOSED = "event.proposed"
    PROPOSAL_TAKEN_BACK = "event.taken-back"
    PROPOSAL_APPROVED = "event.approved"
    PROPOSAL_DECLINED = "event.declined"
    GUESTS_TAKEN = "event.guests-taken"
    GUEST_CHECKED_IN = "event.guest-checked-in"
    WALK_IN_COUNTED = "event.walk-in-counted"
    CHECK_IN_UNDONE = "event.check-in-undone"
    DOOR_LINK_MADE = "event.door-link-made"
    DOOR_LINK_ENDED = "event.door-link-ended"
    MESSAGE_WRITTEN = "event.message-written"
    MESSAGE_TRIED = "event.message-tried"
    MESSAGE_SENT = "event.message-sent"
    MESSAGE_THROWN_AWAY = "event.message-thrown-away"
    VOLUNTEER_NOTED = "volunteer.noted"
    VOLUNTEER_VOUCHED_FOR = "volunteer.vouched-for"
    QUALIFICATION_REVOKED = "volunteer.qualification-revoked"
    VOLUNTEER_AGE_SEEN = "volunteer.age-seen"
    VOLUNTEER_ENDED = "volunteer.ended"
    VOLUNTEER_LET_RETURN = "volunteer.let-return"
    VOLUNTEERS_EXPORTED = "volunteers.exported"
    VOLUNTEER_LIST_CHANGED = "volunteers.list-changed"
    TRAINING_PLANNED = "training.planned"
    TRAINING_CHANGED = "training.changed"
    TRAINING_CANCELLED = "training.cancelled"
    TRAINER_CODE_MADE = "training.code-made"
    TRAINER_CODE_ENDED = "training.code-ended"
    SHIFT_ADDED = "shift.added"
    SHIFT_CHANGED = "shift.changed"
    SHIFT_CANCELLED = "shift.cancelled"
    SHIFT_TAKEN_BACK = "shift.taken-back"
    SHIFTS_ADDED = "shifts.added"
    SHIFTS_UNDONE = "shifts.undone"
    VOLUNTEER_ASKED = "shift.volunteer-asked"
    VOLUNTEER_CHECKED_IN = "shift.checked-in"
    VOLUNTEER_CHECKED_OUT = "shift.checked-out"
    VOLUNTEER_CHECK_UNDONE = "shift.check-undone"
    VOLUNTEER_ADDED_THERE = "shift.added-there"
    SHIFT_LINK_MADE = "shift.link-made"
    SHIFT_LINK_ENDED = "shift.link-ended"
    HOURS_APPROVED = "hours.approved"
    HOURS_DECLINED = "hours.declined"
    HOURS_CORRECTED = "hours.corrected"
    HOURS_WRITTEN_DOWN = "hours.written-down"
    SEGMENT_BEGUN = "segment.begun"
    SEGMENT_CHANGED = "segment.changed"
    SEGMENT_REMOVED = "segment.removed"
    READERS_LOOKED_AT = "segment.readers-looked-at"
    READERS_CHOSEN = "newsletter.readers-chosen"
    STANDING_LETTER_SWITCHED = "standing-letter.switched"
    STANDING_LETTER_WRITTEN = "standing-letter.written"
    STANDING_LETTER_PUBLISHED = "standing-letter.published"
    NEWSLETTER_BEGUN = "newsletter.begun"
    NEWSLETTER_COPIED = "newsletter.copied"
    NEWSLETTER_CHANGED = "newsletter.changed"
    NEWSLETTER_WRITTEN = "newsletter.written"
    NEWSLETTER_PICTURE_PUT = "newsletter.picture-put"
    NEWSLETTER_PICTURE_REMOVED = "newsletter.picture-removed"
    NEWSLETTER_LINK_ALLOWED = "newsletter.link-allowed"
    NEWSLETTER_TRIED = "newsletter.tried"
    NEWSLETTER_APPROVED = "newsletter.approved"
    NEWSLETTER_LET_GO = "newsletter.let-go"
    NEWSLETTER_SCHEDULED = "newsletter.scheduled"
    NEWSLETTER_TAKEN_BACK = "newsletter.taken-back"
    NEWSLETTER_PAUSED = "newsletter.paused"
    NEWSLETTER_RESUMED = "newsletter.resumed"
    NEWSLETTER_CANCELLED = "newsletter.cancelled"
    NEWSLETTER_PACE_SET = "newsletter.pace-set"
    NEWSLETTER_SENT_ONCE_MORE = "newsletter.sent-once-more"
    NEWSLETTER_TAKEN_AS_SENT = "newsletter.taken-as-sent"
    NEWSLETTER_ASKED_AGAIN = "newsletter.asked-again"
    LIST_TOLD = "list.told"
    LIST_MOVED = "list.moved"
    LIST_TRIED_AGAIN = "list.tried-again"
    LIST_PAUSED = "list.paused"
    LIST_RESUMED = "list.resumed"
    LIST_SET_UP = "list.set-up"
    LIST_MENDED = "list.mended"
    LIST_PERSON_LOOKED_AT = "list.person-looked-at"
    FORGOTTEN = "records.forgotten"
    SEALED_ANEW = "trail.sealed-anew"
    BACKUP_MADE = "records.backed-up"
    RESTORED = "records.restored"
    SECRET_REPLACED = "secret.replaced"  # noqa: S105 (a name)
    OLD_SECRETS_FORGOTTEN = "secret.old-forgotten"


WORDS: dict[Act, str] = {
    Act.TRAIL_BEGUN: "began this trail",
    Act.SIGNED_IN: "signed in with password and code",
    Act.SIGNED_IN_BY_LINK: "signed in with a one-time link",
    Act.SIGN_IN_FAILED: "tried to sign in and failed",
    Act.SIGNED_OUT: "signed out",
    Act.LINK_MADE: "made a one-time link",
    Act.PASSWORD_CHOSEN: "chose a password",
    Act.CODE_WRONG: "gave a wrong code for a new password",
    Act.ACCOUNT_RESET: "took password and app away",
    Act.ACCOUNT_DISABLED: "shut out an account",
    Act.INVITATION_TAKEN: "came in by an invitation",
    Act.PROVED: "proved again who they are",
    Act.PROOF_FAILED: "tried to prove who they are and failed",
    Act.ACCOUNT_SET_UP: "chose a password and an app",
    Act.APP_REPLACED: "replaced their app",
    Act.RECOVERY_CODES_MADE: "made new recovery codes",
    Act.SESSION_ENDED: "signed one of their devices out",
    Act.SESSIONS_ENDED: "signed their other devices out",
    Act.ACCOUNT_INVITED: "invited a colleague",
    Act.INVITED_AGAIN: "sent an invitation again",
    Act.ROLE_CHANGED: "changed a role",
    Act.ACCOUNT_BROUGHT_BACK: "let an account be used again",
    Act.ACCOUNT_STARTED_OVER: "let somebody set up their account anew",
    Act.ACCOUNT_SIGNED_OUT: "signed a colleague out",
    Act.LETTER_READ: "opened a letter",
    Act.LETTER_SENT_AGAIN: "sent a letter again",
    Act.LETTERS_RELEASED: "sent the letters that a restore had held",
    Act.PLEDGE_BEGUN: "began a pledge",
    Act.PLEDGE_CHANGED: "changed address or goal of a pledge",
    Act.PLEDGE_WORDS_WRITTEN: "wrote the words of a pledge",
    Act.PLEDGE_OPENED: "opened a pledge",
    Act.PLEDGE_CLOSED: "closed a pledge",
    Act.SIGNATURES_EXPORTED: "took all signatures as a table",
    Act.SIGNATURE_PASSED: "passed what a signer wrote",
    Act.SIGNATURE_REFUSED: "refused what a signer wrote",
    Act.SIGNATURES_SET_ASIDE: "set signatures aside",
    Act.SIGNATURES_RESTORED: "let signatures stand again",
    Act.CODE_MADE: "made a code",
    Act.CODE_RETARGETED: "pointed a code elsewhere",
    Act.CODE_RETIRED: "retired a code",
    Act.CODE_BROUGHT_BACK: "brought a code back",
    Act.LIMIT_LIFTED: "lifted the limit for a code",
    Act.LIMIT_LOWERED: "let the limit hold again for a code",
    Act.PARTNER_ADDED: "added a partner",
    Act.PARTNER_TEXTS_WRITTEN: "wrote the texts of a partner’s page",
    Act.PARTNER_SAID: "wrote down what a partner agreed to",
    Act.PARTNER_LOGO_PUT: "put a partner’s logo",
    Act.PARTNER_LOGO_REMOVED: "removed a partner’s logo",
    Act.PARTNER_PAUSED: "paused a partner",
    Act.PARTNER_RESUMED: "let a partner go on",
    Act.PARTNER_RETIRED: "retired a partner",
    Act.PARTNER_LEFT: "let a partner leave",
    Act.PARTNER_JOINED_AGAIN: "let a partner join, or join again",
    Act.PARTNER_TAKEN_OUT: "took out all that is kept about a partner",
    Act.APPLICATION_APPROVED: "let an organization join",
    Act.APPLICATION_TURNED_DOWN: "turned down an application to join",
    Act.SUPPORTERS_TAKEN: "took the people of their organization as a table",
    Act.REMOVALS_CONFIRMED: "said that an organization removed whom it was asked to",
    Act.PLACE_ADDED: "added a place",
    Act.PLACE_CHANGED: "changed a place",
    Act.PLACE_RETIRED: "retired a place",
    Act.PLACE_BROUGHT_BACK: "brought a place back",
    Act.PLACES_MERGED: "merged another place into one",
    Act.PLACES_BROUGHT_IN: "brought in a list of places",
    Act.PLACES_EXPORTED: "took all places as a table",
    Act.PRINT_ORDERED: "ordered a print",
    Act.PRINT_SIGNED_OFF: "signed off the proof of a print",
    Act.PRINT_TRIED_AGAIN: "let a print be tried again",
    Act.PRINT_DISCARDED: "discarded a print",
    Act.EVENT_BEGUN: "began an event",
    Act.EVENT_CHANGED: "changed the facts of an event",
    Act.EVENT_WORDS_WRITTEN: "wrote the words of an event",
    Act.EVENT_QUESTIONS_WRITTEN: "wrote the questions of an event",
    Act.EVENT_PUBLISHED: "published an event",
    Act.EVENT_COPIED: "copied an event",
    Act.EVENT_CANCELLED: "cancelled an event",
    Act.EVENT_PICTURE_PUT: "put the picture of an event",
    Act.EVENT_PICTURE_REMOVED: "removed the picture of an event",
    Act.RSVPS_CLOSED: "closed the RSVPs of an event",
    Act.RSVPS_OPENED: "opened the RSVPs of an event again",
    Act.EVENT_PROPOSED: "proposed an event of their organization",
    Act.PROPOSAL_TAKEN_BACK: "took a proposed event back",
    Act.PROPOSAL_APPROVED: "approved an event that a partner proposed",
    Act.PROPOSAL_DECLINED: "gave an event back to the partner that proposed it",
    Act.GUESTS_TAKEN: "took the guests of an event as a table or on paper",
    Act.GUEST_CHECKED_IN: "checked a guest of an event in",
    Act.WALK_IN_COUNTED: "counted in somebody without a reservation",
    Act.CHECK_IN_UNDONE: "took back that a guest had come",
    Act.DOOR_LINK_MADE: "made a link for a helper at the door",
    Act.DOOR_LINK_ENDED: "ended a link for a helper at the door",
    Act.MESSAGE_WRITTEN: "wrote a message to the guests of an event",
    Act.MESSAGE_TRIED: "sent themselves a message to the guests to look at",
    Act.MESSAGE_SENT: "sent a message to the guests of an event",
    Act.MESSAGE_THROWN_AWAY: "threw away a message to the guests of an event",
    Act.VOLUNTEER_NOTED: "wrote a note about a volunteer",
    Act.VOLUNTEER_VOUCHED_FOR: "confirmed that a volunteer has what is required",
    Act.QUALIFICATION_REVOKED: "took back what a volunteer had",
    Act.VOLUNTEER_AGE_SEEN: "answered that a volunteer is older now",
    Act.VOLUNTEER_ENDED: "ended somebody’s volunteering",
    Act.VOLUNTEER_LET_RETURN: "let a former volunteer sign up again",
    Act.VOLUNTEERS_EXPORTED: "took all volunteers as a table",
    Act.VOLUNTEER_LIST_CHANGED: "changed the roles, requirements or skills of volunteers",
    Act.TRAINING_PLANNED: "planned a training",
    Act.TRAINING_CHANGED: "changed a training",
    Act.TRAINING_CANCELLED: "cancelled a training",
    Act.TRAINER_CODE_MADE: "made the code of a trainer",
    Act.TRAINER_CODE_ENDED: "ended the code of a trainer",
    Act.SHIFT_ADDED: "planned a shift",
    Act.SHIFT_CHANGED: "changed a shift",
    Act.SHIFT_CANCELLED: "cancelled a shift",
    Act.SHIFT_TAKEN_BACK: "took a shift back from somebody",
    Act.SHIFTS_ADDED: "planned many shifts at once",
    Act.SHIFTS_UNDONE: "undid many shifts planned at once",
    Act.VOLUNTEER_ASKED: "asked a volunteer to take a shift",
    Act.VOLUNTEER_CHECKED_IN: "checked a volunteer in at a shift",
    Act.VOLUNTEER_CHECKED_OUT: "checked a volunteer out of a shift",
    Act.VOLUNTEER_CHECK_UNDONE: "took back that a volunteer had come to a shift, or left",
    Act.VOLUNTEER_ADDED_THERE: "checked a volunteer in who had not taken the shift",
    Act.SHIFT_LINK_MADE: "made a link for a helper at a shift",
    Act.SHIFT_LINK_ENDED: "ended a link for a helper at a shift",
    Act.HOURS_APPROVED: "approved hours that a volunteer had logged",
    Act.HOURS_DECLINED: "did not approve hours that a volunteer had logged",
    Act.HOURS_CORRECTED: "corrected hours of a volunteer",
    Act.HOURS_WRITTEN_DOWN: "wrote down hours of a volunteer",
    Act.SEGMENT_BEGUN: "began a segment of readers",
    Act.SEGMENT_CHANGED: "changed a segment of readers",
    Act.SEGMENT_REMOVED: "threw away a segment of readers",
    Act.READERS_LOOKED_AT: "looked at ten readers of a segment, with their addresses hidden",
    Act.READERS_CHOSEN: "chose whom a newsletter is for",
    Act.STANDING_LETTER_SWITCHED: "turned a standing letter on or off",
    Act.STANDING_LETTER_WRITTEN: "wrote the draft of a standing letter",
    Act.STANDING_LETTER_PUBLISHED: "let new words of a standing letter go out",
    Act.NEWSLETTER_BEGUN: "began a newsletter",
    Act.NEWSLETTER_COPIED: "copied a newsletter",
    Act.NEWSLETTER_CHANGED: "changed the facts of a newsletter",
    Act.NEWSLETTER_WRITTEN: "wrote the words of a newsletter",
    Act.NEWSLETTER_PICTURE_PUT: "put a picture into a newsletter",
    Act.NEWSLETTER_PICTURE_REMOVED: "removed a picture of a newsletter",
    Act.NEWSLETTER_LINK_ALLOWED: "stood for a link in a newsletter",
    Act.NEWSLETTER_TRIED: "sent themselves a newsletter to look at",
    Act.NEWSLETTER_APPROVED: "approved a newsletter",
    Act.NEWSLETTER_LET_GO: "let a newsletter go",
    Act.NEWSLETTER_SCHEDULED: "set a time for a newsletter",
    Act.NEWSLETTER_TAKEN_BACK: "took a newsletter back to a draft",
    Act.NEWSLETTER_PAUSED: "paused a newsletter",
    Act.NEWSLETTER_RESUMED: "let a newsletter go on",
    Act.NEWSLETTER_CANCELLED: "cancelled a newsletter",
    Act.NEWSLETTER_PACE_SET: "changed how fast a newsletter goes",
    Act.NEWSLETTER_SENT_ONCE_MORE: "sent uncertain letters of a newsletter once more",
    Act.NEWSLETTER_TAKEN_AS_SENT: "left uncertain letters of a newsletter as they are",
    Act.NEWSLETTER_ASKED_AGAIN: "let Mailchimp be asked once more to send a newsletter",
    Act.LIST_TOLD: "told the mailing list without waiting",
    Act.LIST_MOVED: "moved the mailing list to a new home",
    Act.LIST_TRIED_AGAIN: "told the mailing list about somebody again",
    Act.LIST_PAUSED: "paused the mailing list",
    Act.LIST_RESUMED: "let the mailing list go on",
    Act.LIST_SET_UP: "set the mailing list up at Mailchimp",
    Act.LIST_MENDED: "compared the mailing list with the records and mended it",
    Act.LIST_PERSON_LOOKED_AT: "looked at somebody’s history with the mailing list",
    Act.FORGOTTEN: "forgot what was kept long enough",
    Act.SEALED_ANEW: "sealed this trail under a new secret",
    Act.BACKUP_MADE: "made a backup of all records",
    Act.RESTORED: "put the records back from a backup",
    Act.SECRET_REPLACED: "put a new secret in the place of the site's old one",
    Act.OLD_SECRETS_FORGOTTEN: "took the site's old secrets away",
}

# What an act can be about. A record is named by its kind and its number, never by words of anybody.
KINDS = (
    "account",
    "application",
    "batch",
    "code",
    "event",
    "hours",
    "letter",
    "newsletter",
    "partner",
    "place",
    "pledge",
    "print",
    "shift",
    "shift-batch",
    "segment",
    "signature",
    "supporter",
    "training",
    "volunteer",
)
