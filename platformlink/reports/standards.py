"""What the measures of the official sets are called, and mean; why some have no answer.

Source: Regulation (EU) 2023/1543, Article 28(2), points (a) to (j); the SIRIUS reports.
"""

SET_NAMES = {
    "e-evidence": "By the e-Evidence Regulation, Article 28(2)",
    "sirius": "As the SIRIUS reports count",
}
NAMES = {
    "28-2-a": "Orders issued",
    "28-2-b": "Emergency orders without prior approval",
    "28-2-c": "Fulfilled and not fulfilled",
    "28-2-d": "Refused, by ground",
    "28-2-e": "Mean time from the order to the data",
    "28-2-f": "Mean time from the preservation to the order for the data",
    "28-2-g": "Orders handed over for enforcement",
    "28-2-h": "Legal remedies",
    "28-2-i": "Not approved afterwards",
    "28-2-j": "Costs claimed",
    "units": "What was counted",
    "volume": "Volume by platform",
    "countries": "Share by country",
    "success": "Success, of what was answered",
    "success-of-sent": "Success, of all that was sent",
    "preserved": "Preservations confirmed",
    "emergencies": "Emergencies",
    "growth": "Emergencies against the period before",
    "data": "Data asked for",
    "reasons": "Reasons of refusals and returns",
    "delays": "Delays announced",
    "routes": "Response time by route",
    "contacts": "Share through single points of contact",
    "channels": "Letters that did not arrive",
    "identifiers": "Identifiers",
    "accounts": "Accounts",
    "cases": "Cases",
}
DEFINITIONS = {
    "28-2-a": (
        "Disclosures and preservations sent in the period, by type of data, addressee"
        " and situation. One that asks for several types is counted in each."
    ),
    "28-2-b": (
        "Sealed by a duty officer before a second person had approved, of all"
        " emergencies that ask for data."
    ),
    "28-2-c": (
        "Fulfilled: some data came, in full or in part, or the preservation was"
        " confirmed. Not fulfilled: a final answer without it. What has neither is"
        " undecided and not counted as failed."
    ),
    "28-2-d": (
        "Finally refused, and the grounds that were raised; one refusal may have"
        " several. Notifications of an enforcing authority are not recorded here."
    ),
    "28-2-e": (
        "Fulfilled orders: days of the clock from the approval until the first data."
        " A mean leaves out all that is still open, and so it flatters: the median"
        " above does not."
    ),
    "28-2-f": (
        "Confirmed preservations: days of the clock from the approval until the first"
        " order for the data of the same account in the same case was approved; those"
        " that none followed are left out."
    ),
    "28-2-g": "Orders transmitted to, or received from, another State for enforcement.",
    "28-2-h": "Remedies used against orders, here and in the enforcing State.",
    "28-2-i": (
        "Not approved by a second person until now, of all that were sealed without."
    ),
    "28-2-j": (
        "Orders for which a fee was asked, of all. What was claimed and reimbursed is"
        " not recorded."
    ),
    "units": (
        "Four things that are never one another: requests, identifiers asked about,"
        " different accounts among these, and cases."
    ),
    "volume": "Requests to each platform, of all that went out.",
    "countries": "Requests of each country, of those of all countries.",
    "success": (
        "Some data given, in full or in part, of all requests for data with a final"
        " answer that tells."
    ),
    "success-of-sent": (
        "Some data given, in full or in part, of all requests for data that went out,"
        " the open ones too."
    ),
    "preserved": "Preservations that were confirmed, of all that went out.",
    "emergencies": "Emergencies, by kind or by urgency, of all that went out.",
    "growth": (
        "Emergencies of this period, and of as many days just before it; both by what"
        " the reader may count."
    ),
    "data": (
        "Requests that ask for each type of data, of all that ask for data. One may"
        " ask for several."
    ),
    "reasons": (
        "Requests that met each reason, of all that were refused or returned. One may"
        " meet several."
    ),
    "delays": "Requests for which more time was announced, of all that went out.",
    "routes": (
        "Median time until an answer of substance, in working days of theirs, by the"
        " force of the legal footing; open ones count as at least so long."
    ),
    "contacts": "Requests through a single point of contact, of all of the country.",
    "channels": "Requests with a letter that came back undelivered, of all.",
    "identifiers": (
        "What the requests ask about, each counted as often as it is asked about."
    ),
    "accounts": "What the requests ask about, each counted once.",
    "cases": "Cases that the requests belong to, each counted once.",
}
WHY_NOT = {
    "28-2-g": "No handing over for enforcement is recorded here.",
    "28-2-h": (
        "No legal remedies are recorded here: an objection of a platform is none."
    ),
    "countries": "Only the requests of one authority are known here.",
    "contacts": "What other units send without this desk is not known here.",
}
VALUE_NAMES = {
    "certificate": "Certificates",
    "other": "On another footing",
    "production": "Disclosure",
    "preservation": "Preservation",
    "unnamed": "Not named",
    "emergency": "Emergency",
    "routine": "No emergency",
    "fulfilled": "Fulfilled",
    "unfulfilled": "Not fulfilled",
    "undecided": "Undecided",
    "none": "No ground given",
    "subscriber": "Subscriber data",
    "user_identification": "Data to identify the user",
    "traffic": "Traffic data",
    "content": "Content",
    "compulsory": "Compulsory",
    "voluntary": "Voluntary",
    "state_to_state": "State to State",
    "requests": "Requests",
    "identifiers": "Identifiers",
    "accounts": "Accounts",
    "cases": "Cases",
    "now": "This period",
    "before": "The period before",
}
NOT_BOUND = (
    "This authority issues no European orders: its State is not bound by the"
    " Regulation. The same set is counted for its requests on another footing."
)
