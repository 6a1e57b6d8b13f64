drop table forecast, forecast_issue;
drop function forecast_refuse;
