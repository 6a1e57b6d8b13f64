"""What arrives as a count from services whose journeys are not sent: gauges, as their organisation reports them.

The names are of what live systems report (domain facts 1.5 and 7); targets name the standard, or say that it is
unconfirmed. A gauge and a measure derived from journeys are two lines, also where they mean the same.
"""

from __future__ import annotations

from services.domain.atoms import age, gauge
from services.domain.measures import Direction, Measure, MeasureUnit

_111 = "NHS 111 provider, reported"
_PRIMARY = "Primary care return of the ICB, reported"
_SOCIAL = "Council's adult social care return, reported"
_COMMUNITY = "Community provider, reported"
_MENTAL = "Mental health provider, reported"
_MATERNITY = "Maternity service's return, reported"
_STAFF = "Provider's workforce return"
_AMBULANCE = "Ambulance service, reported"
_ACUTE = "Provider's own return, reported"
_SITREP = "Published daily discharge SitRep (NHS England, Open Government Licence)"
_PLAN = "Kent and Medway Joint Forward Plan 2023"


def _reported(
    name: str, title: str, unit: MeasureUnit, direction: Direction, definition: str, source: str,
    target: float | None = None, target_source: str | None = None,
) -> Measure:  # fmt: skip
    return Measure(name, title, "gauge", unit, direction, definition, source, gauge(name), age=age(name),
                   needs="organisation", target=target, target_source=target_source)  # fmt: skip


REPORTED: tuple[Measure, ...] = (
    _reported("reported.no_criteria_to_reside", "No criteria to reside, reported", "people", "lower",
              "What the provider reported for the day. Reported and derived figures stay two lines.", _SITREP),
    _reported("reported.discharges_total", "Discharges, reported", "people", "higher",
              "What the provider reported for the day: the discharge SitRep total, a subset of all stays.", _SITREP),
    _reported("reported.discharges_by_1700", "Discharged by 17:00, reported", "people", "higher",
              "What the provider reported for the day.", _SITREP),
    _reported("reported.discharges_after_1700", "Discharged after 17:00, reported", "people", "lower",
              "What the provider reported for the day.", _SITREP),
    _reported("reported.ed_attendance_variation", "Attendances against expected, reported", "share", "lower",
              "ED attendances of all types since midnight beyond those expected by now, as the provider reported it.",
              "Provider's own return (a parameter of OPEL 2023/24)"),

    _reported("nhs111.calls_offered", "111 calls offered", "people", "neutral",
              "Calls offered to NHS 111 in the hour reported.", "NHS 111 provider, reported hourly"),
    _reported("nhs111.calls_answered", "111 calls answered", "count", "neutral",
              "Calls that NHS 111 answered in the hour reported.", _111),
    _reported("nhs111.answered_within_60s", "111 answered in 60 seconds", "share", "higher",
              "Of the calls answered in the hour reported, the share answered within 60 seconds.", _111, 0.95,
              "NHS 111 minimum data set standard (superseded; current key indicators differ)"),
    _reported("nhs111.abandoned_share", "111 calls abandoned", "share", "lower",
              "Of the calls offered in the hour reported, the share abandoned after 30 seconds or longer.", _111, 0.03,
              "Integrated urgent care key indicator (from memory, unconfirmed)"),
    _reported("nhs111.mean_answer_minutes", "111 mean time to answer", "minutes", "lower",
              "Mean minutes until a call was answered, of the hour reported.", _111, 1 / 3,
              "Integrated urgent care key indicator: 20 seconds (from memory, unconfirmed)"),
    _reported("nhs111.clinical_queue", "111 clinical queue", "people", "lower",
              "Cases that wait for a clinician of the clinical assessment service.", _111),
    _reported("nhs111.longest_call_back_minutes", "111 longest wait for a call back", "minutes", "lower",
              "Minutes that the case longest in the clinical queue has waited.", _111),
    _reported("nhs111.to_999", "111 to 999", "people", "neutral",
              "Cases that NHS 111 passed to the ambulance service since midnight.", _111),
    _reported("nhs111.to_ed", "111 to ED", "people", "neutral",
              "Cases that NHS 111 directed to an emergency department since midnight.", _111),
    _reported("nhs111.to_gp", "111 to GP", "people", "neutral",
              "Cases that NHS 111 directed to general practice, in hours or out of hours, since midnight.", _111),

    _reported("primary_care.appointments", "GP appointments", "count", "neutral",
              "Appointments in general practice on the day reported.", _PRIMARY),
    _reported("primary_care.same_day_share", "GP appointments on the same day", "share", "higher",
              "Of the appointments in general practice on the day reported, the share held on the day they were "
              "booked.", _PRIMARY),
    _reported("primary_care.appointments_today", "GP appointments so far", "count", "neutral",
              "Appointments in general practice held since midnight.", _PRIMARY),
    _reported("primary_care.same_day_requests", "GP same-day demand", "people", "neutral",
              "People who asked general practice for help on the same day since midnight.", _PRIMARY),
    _reported("primary_care.practices_under_pressure", "Practices under pressure", "count", "lower",
              "General practices that report one of the two highest levels of pressure.", _PRIMARY),
    _reported("primary_care.out_of_hours_waiting", "Out of hours, waiting", "people", "lower",
              "People who wait for a contact of the GP out-of-hours service.", _PRIMARY),

    _reported("social_care.care_home_vacancies", "Care home vacancies", "beds", "higher",
              "Beds in care homes that are open to a new resident today.", _SOCIAL),
    _reported("social_care.home_care_hours_free", "Home care hours free", "hours", "higher",
              "Hours of home care a week that providers could take on.", _SOCIAL),
    _reported("social_care.assessments_over_48h", "Assessments waiting over 48 h", "people", "lower",
              "People whose assessment was asked for 48 hours ago or earlier and has not been done.", _SOCIAL),
    _reported("social_care.packages_waiting", "Waiting for home care to start", "people", "lower",
              "People in any setting whose package of care is agreed and has not begun.", _SOCIAL),

    _reported("community.p1_slots_free", "Pathway 1 slots free", "people", "higher",
              "Home care and reablement starts still free today.", _COMMUNITY),
    _reported("community.p1_slots_today", "Pathway 1 starts today", "people", "neutral",
              "Home care and reablement starts offered today, taken or free.", _COMMUNITY),
    _reported("community.p2_beds_free", "Pathway 2 beds free", "beds", "higher",
              "Rehabilitation beds of pathway 2 open and unoccupied.", _COMMUNITY),
    _reported("community.p3_beds_free", "Pathway 3 beds free", "beds", "higher",
              "Discharge-to-assess beds of pathway 3 open and unoccupied.", _COMMUNITY),
    _reported("community.p1_waiting", "Pathway 1 waiting list", "people", "lower",
              "People accepted for pathway 1 without a start, as the community provider counts them.", _COMMUNITY),
    _reported("community.red_visits_unallocated", "Red visits not allocated", "count", "lower",
              "District nursing visits that cannot be moved to another day and that nobody has been given.",
              _COMMUNITY, 0, "No such visit may be left (ours, not a standard)"),
    _reported("community.ucr_referrals", "Urgent community response, referrals reported", "people", "neutral",
              "Referrals to urgent community response on the day reported that need an answer within two hours.",
              _COMMUNITY),
    _reported("community.ucr_within_2h", "Urgent community response in 2 hours, reported", "share", "higher",
              "Of the two-hour referrals to urgent community response on the day reported, the share seen within two "
              "hours.", _COMMUNITY, 0.70, "NHS England two-hour urgent community response standard: 70%"),
    _reported("community.staffing_reduction", "Community staffing short", "share", "lower",
              "Share of the planned community staff who are not there.", _COMMUNITY),

    _reported("mental_health.adult_occupancy", "Mental health adult beds occupied, reported", "share", "lower",
              "People in adult acute mental health beds, over the beds open.", _MENTAL),
    _reported("mental_health.picu_occupancy", "Psychiatric intensive care occupied, reported", "share", "lower",
              "People in psychiatric intensive care beds, over the beds open.", _MENTAL),
    _reported("mental_health.waiting_for_bed", "Waiting for a mental health bed, reported", "people", "lower",
              "People in any setting for whom a mental health admission is agreed and no bed is found.", _MENTAL),
    _reported("mental_health.in_ed_over_12h", "Mental health, in ED over 12 h, reported", "people", "lower",
              "People who wait in an emergency department for mental health care and arrived 12 hours ago or earlier.",
              _MENTAL),
    _reported("mental_health.in_ed_over_24h", "Mental health, in ED over 24 h, reported", "people", "lower",
              "People who wait in an emergency department for mental health care and arrived 24 hours ago or earlier.",
              _MENTAL),
    _reported("mental_health.liaison_within_1h", "Mental health liaison in 1 hour, reported", "share", "higher",
              "Of the referrals from ED to mental health liaison since midnight, the share seen within an hour.",
              _MENTAL),
    _reported("mental_health.ready_for_discharge", "Mental health, ready for discharge, reported", "people", "lower",
              "People in a mental health bed who are clinically ready for discharge.", _MENTAL),
    _reported("mental_health.adult_stay_days", "Mental health stay, adults", "days", "lower",
              "Mean length of stay of adults discharged from acute mental health beds in the month reported.", _MENTAL,
              32, _PLAN),
    _reported("mental_health.older_stay_days", "Mental health stay, older adults", "days", "lower",
              "Mean length of stay of older adults discharged from acute mental health beds in the month reported.",
              _MENTAL, 77, _PLAN),
    _reported("mental_health.out_of_area_bed_days", "Out of area bed days", "days", "lower",
              "Bed days of inappropriate out of area placements in the quarter reported.", _MENTAL, 570,
              f"{_PLAN}: average of the quarters of 2023/24; national aim zero (from memory, unconfirmed)"),
    _reported("mental_health.out_of_area", "Placed out of area, reported", "people", "lower",
              "People in an inappropriate out of area placement now.", _MENTAL, 0,
              "National aim (from memory, unconfirmed)"),
    _reported("mental_health.followed_up_72h", "Followed up in 72 hours", "share", "higher",
              "Of the people discharged from mental health beds in the month reported, the share followed up within 72 "
              "hours.", _MENTAL, 0.80, _PLAN),
    _reported("mental_health.s136_free", "Health-based places of safety free, reported", "count", "higher",
              "Section 136 suites open and empty.", _MENTAL),
    _reported("mental_health.s136_over_24h", "Section 136 beyond 24 hours, reported", "people", "lower",
              "People held under section 136 for longer than 24 hours.", _MENTAL, 0,
              "Mental Health Act 1983, section 136 (from memory, unconfirmed)"),

    _reported("maternity.delivery_beds_free", "Delivery suite beds free", "beds", "higher",
              "Delivery suite rooms open and empty.", _MATERNITY),
    _reported("maternity.women_per_midwife", "Women to a midwife", "count", "lower",
              "Women in the unit for each midwife on duty.", _MATERNITY),
    _reported("maternity.one_to_one_share", "One to one care in labour", "share", "higher",
              "Of the women in established labour, the share who have a midwife of their own.", _MATERNITY, 1.0,
              "NICE guideline on safe midwifery staffing (from memory, unconfirmed)"),
    _reported("maternity.inductions_waiting", "Inductions waiting", "people", "lower",
              "Women whose induction has been put off.", _MATERNITY),
    _reported("maternity.neonatal_cots_free", "Neonatal cots free", "beds", "higher",
              "Neonatal cots open and staffed, and empty.", _MATERNITY),
    _reported("maternity.units_diverting", "Maternity units diverting", "count", "lower",
              "Maternity units that send women elsewhere now.", _MATERNITY, 0,
              "No unit should have to divert (ours, not a standard)"),

    _reported("staffing.absence", "Staff absent", "people", "lower", "Staff absent as the provider reported.", _STAFF),
    _reported("staffing.absence_share", "Staff absent, share", "share", "lower",
              "Staff absent, over the staff in post.", _STAFF),
    _reported("staffing.red_flags", "Nursing red flags", "count", "lower",
              "Nurse staffing red flags open now.", _STAFF),
    _reported("staffing.unfilled_shifts", "Shifts not filled", "count", "lower",
              "Nursing and medical shifts of today that nobody has taken.", _STAFF),

    _reported("reported.ga_escalation_available", "Escalation beds not yet open, reported", "beds", "higher",
              "General and acute escalation beds that could be opened and are not.", _ACUTE),
    _reported("reported.void_beds", "Void beds, reported", "beds", "lower",
              "General and acute beds that are empty and cannot be used, as the provider reported them.", _ACUTE),
    _reported("reported.influenza_in_beds", "Influenza in G&A beds, reported", "people", "lower",
              "People with influenza in general and acute beds, as the provider reported them.", _ACUTE),
    _reported("reported.reap_level", "REAP level", "count", "lower",
              "Resource escalation action plan level of the ambulance service, 1 to 4.", _AMBULANCE),
    _reported("reported.csp_level", "Ambulance surge plan stage", "count", "lower",
              "Clinical safety plan level, or surge management plan stage, of the ambulance service.", _AMBULANCE),
)  # fmt: skip
