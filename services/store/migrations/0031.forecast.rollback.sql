-- One after the other: TimescaleDB drops no hypertable among others.
drop table forecast;
drop table forecast_issue;
drop function forecast_refuse;
