alter table picture drop column looked_at;
