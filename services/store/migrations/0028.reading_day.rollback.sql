drop view reading_day;
drop view reading_day_told;
drop function day_of;
drop type day_told;
drop type hour_told;
