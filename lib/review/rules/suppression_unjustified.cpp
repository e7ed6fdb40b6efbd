#include "review/rule_helpers.hpp"

namespace dbw::review {
constinit const Rule k_rule_suppression_unjustified = {
    .info =
        {
            .id = "suppression-unjustified",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .suppressible = false,
            .summary = "An inline dbw:allow comment that names no rule, an unknown rule, a rule that cannot be waived, "
                       "gives no reason, names no real day after until, has ended, or stands where the rule does not "
                       "fire.",
            .why = "A comment that allows something without saying why, or that outlives its statement, teaches "
                   "everybody to look away.",
            .instead =
                "-- dbw:allow <rule> <reason> [until YYYY-MM-DD], directly before or behind the statement. It asks "
                "approvers for a waiver; it does not switch the rule off. In plain files allow_comments of "
                "dbw-review.yaml lets it waive, up to and including that day (UTC).",
            .sources = "dbw: docs/rules.",
        },
};

}  // namespace dbw::review
