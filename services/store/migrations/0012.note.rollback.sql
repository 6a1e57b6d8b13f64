drop table note_withdrawal;
drop table note;
drop function note_refuse;
