drop table opel_step;
drop function opel_step_refuse;
