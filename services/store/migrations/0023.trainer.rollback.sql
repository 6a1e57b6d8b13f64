drop table silence;
drop table injection;
drop table trainer;
